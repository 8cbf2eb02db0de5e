# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# <!-- SPDX-License-Identifier: MIT -->
# # Was hat am Sonntagnachmittag geöffnet?
#
# **Frage.** Welche Begegnungsorte sind sonntags zwischen 14 und 18 Uhr offen, und wie viele Menschen erreichen dann noch einen in zehn
# Minuten, wenn sie im Tempo älterer Menschen gehen?
#
# Offen heißt: an den meisten gewöhnlichen Sonntagen des Jahres mindestens eine Stunde in dieser Zeit. Sind die Zeiten eines Ortes nicht
# bekannt, so ist er weder offen noch geschlossen, sondern unbekannt.

# %%
import os

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display

import begegnung_geo as bg

MOMENT, PROFILE, MINUTES = "sunday_afternoon", "senior", 10
city = bg.load(os.environ.get("CITY", "musterstadt"))
words = city.words()
print(city.profile.city.name, *bg.caveats(city), sep="\n")

# %% [markdown]
# ## Welche Orte
#
# Gezählt sind nur Orte, die auch sonst zählen: für alle gedacht, oder ohne Kaufzwang.

# %%
places = city.layer("begegnungsorte").query("is_counted")
answers = city.table("opening").query("moment == @MOMENT").set_index("begegnungsort_id")["answer"]
places = places.assign(answer=places["begegnungsort_id"].map(answers).to_numpy())
kinds = pd.crosstab(places["class"], places["answer"])
ordered = [key for key in city.class_names() if key in kinds.index]
kinds = kinds.reindex(index=ordered, columns=["open", "closed", "unknown"], fill_value=0)
kinds.loc["total"] = kinds.sum()
kinds.columns = ["offen", "geschlossen", "nicht bekannt"]
kinds = kinds.rename(index={**city.class_names(), "total": "alle"}).rename_axis(None)
bg.show(kinds, "Orte, die zählen, am Sonntagnachmittag")

# %% [markdown]
# ## Wer noch einen erreicht
#
# Der Punkt ist der Anteil ohne Blick auf die Uhr. Der Balken reicht von „nur was sicher offen ist“ bis „alles, was nicht sicher
# geschlossen ist“; die Wahrheit liegt dazwischen. Ein langer Balken heißt: Öffnungszeiten
# erfragen. Wo von zu vielen Menschen der Weg unbekannt ist, steht nichts.

# %%
districts = city.table("districts").set_index("district_id")
coarse = districts.groupby("level")["area_km2"].mean().idxmax()
asked = "profile == @PROFILE and threshold_min == @MINUTES"
sunday = city.table("published_open_coverage").query(f"moment == @MOMENT and {asked}")
usual = city.table("published_coverage").query(f"level == @coarse and {asked}").set_index("district_id")
own = sunday.query("level == @coarse").set_index("district_id").reindex(usual.index[::-1])
low, high = 100 * own["covered_share_min"], 100 * own["covered_share_max"]

# %% alt="Balkendiagramm: Anteil der Menschen, die im Tempo älterer Menschen in zehn Minuten einen Ort erreichen, am Sonntagnachmittag von mindestens bis höchstens, und ohne Blick auf die Uhr, je Stadtbezirk"
if high.isna().all():
    display(Markdown("*Kein Bild: Für keinen Stadtbezirk gibt es einen Anteil am Sonntagnachmittag.*"))
else:
    figure, chart = plt.subplots(figsize=(8, 1 + 0.42 * len(own)))
    chart.barh(range(len(own)), high - low, left=low, height=0.5, label="am Sonntagnachmittag")
    always = 100 * usual["covered_share"][::-1]
    chart.plot(always, range(len(own)), "o", color="#b3261e", label="ohne Blick auf die Uhr")
    chart.set(xlabel="Anteil der Menschen (%)", xlim=(0, 101), ylim=(-0.6, len(own) - 0.4))
    chart.set_yticks(range(len(own)), districts["name"].reindex(own.index))
    chart.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    plt.show()

# %% [markdown]
# ## Wo
#
# Die Karte zeigt nur Orte der Stadt, die sicher offen sind, und wie weit es von überall zum nächsten von ihnen ist. Orte der Nachbarstädte
# sind in den Zahlen enthalten, auf der Karte nicht.

# %%
is_open = places[places["answer"] == "open"]
areas = bg.reach(city, is_open, profile=PROFILE) if len(is_open) else None
bg.explore(
    city,
    begegnungsorte=is_open,
    reach_areas=areas,
    label="Fußweg zum nächsten sicher offenen Ort (ältere Menschen)",
)

# %% [markdown]
# ## Antwort

# %%
whole = sunday.query("level == 'city'").squeeze()
always = bg.coverage(city, profile=PROFILE, threshold_min=MINUTES, as_published=True).iloc[0]
count = places["answer"].value_counts().reindex(["open", "closed", "unknown"], fill_value=0)
Markdown(
    f"Von {words.number(len(places))} Orten, die zählen, sind am Sonntagnachmittag **{words.number(count['open'])} sicher offen**, "
    f"{words.number(count['closed'])} geschlossen, von {words.number(count['unknown'])} weiß es niemand. Anteil der Menschen, die dann in zehn "
    f"Minuten einen offenen Ort erreichen (im Tempo älterer Menschen): **{words.share_range(whole['covered_share_min'], whole['covered_share_max'])}**; "
    f"ohne Blick auf die Uhr: {words.share_range(always['covered_share'], always['covered_share_max'])}. Von "
    f"{city.tell_persons(always['persons_unknown'])} Menschen ist der Weg nicht bekannt."
    if len(whole)
    else f"Von {words.number(len(places))} Orten, die zählen, ist keine Zahl für den Sonntagnachmittag da: es gibt keinen solchen Ort, oder "
    "das Profil fragt nicht nach dieser Zeit (`moments`) oder nicht nach zehn Minuten (`thresholds_min`)."
)

# %% [markdown]
# **Wie sicher ist das?** So sicher, wie die Öffnungszeiten bekannt sind: die Spanne ist die Unkenntnis und kein Zufallsfehler. Sie wird kleiner,
# wenn jemand die Orte ohne Zeiten fragt (`begegnung-geo questionnaire`). Ferien, Feiertage und einzelne Veranstaltungen sind nicht gemeint.

# %%
sources = city.sources.set_axis(["Quelle", "Herausgeber", "Lizenz", "Stand"], axis=1)
sources["Stand"] = sources["Stand"].map(words.date)
bg.show(sources.set_index("Quelle"), "Quellen und ihr Stand", missing="nicht bekannt")
