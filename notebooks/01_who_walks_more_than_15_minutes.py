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
# # Wer geht mehr als 15 Minuten?
#
# **Frage.** Wie viele Menschen wohnen mehr als 15 Gehminuten vom nächsten zählenden Begegnungsort entfernt, in welcher Gangart, und in
# welchen Bezirken?
#
# Gemessen wird der Weg auf dem Fußwegenetz von der Haustür zum Ort, nicht die Luftlinie.

# %%
import os

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display

import begegnung_geo as bg

MINUTES = 15
city = bg.load(os.environ.get("CITY", "musterstadt"))
words, walking = city.words(), city.profile.walking
PACES = [key for key in ("adult", "senior") if key in walking.profiles] or [walking.default_profile]
print(city.profile.city.name, *bg.caveats(city), sep="\n")

# %% [markdown]
# ## Nach Gangart
#
# Wer langsam geht, kommt in derselben Zeit weniger weit. „Ohne Stufen“ zählt nur Wege, die als stufenfrei bekannt sind; wo das niemand
# weiß, ist der Weg unbekannt. Unbekannt heißt weder nah noch fern: mindestens zählt diese Menschen als nah, höchstens als fern.

# %%
told = bg.coverage(city, threshold_min=MINUTES, as_published=True)
whole = told.query("level == 'city'").set_index("profile")
paces = [walking.profiles[key].speed_m_s * 3.6 for key in whole.index]
by_pace = pd.DataFrame(
    {
        "km/h": paces,
        "Menschen": whole["persons"].astype("Int64"),
        "weiter als 15 min": whole["persons_beyond"].astype("Int64"),
        "Weg unbekannt": whole["persons_unknown"].astype("Int64"),
        "weiter, mindestens (%)": 100 * (1 - whole["covered_share_max"]),
        "weiter, höchstens (%)": 100 * (1 - whole["covered_share"]),
    }
)
names = {
    key: walking.profiles[key].label[0]
    or (words.say(f"profile.{key}") if words.has(f"profile.{key}") else key)
    for key in whole.index
}
by_pace.index = list(names.values())
bg.show(by_pace, "Menschen, die mehr als 15 Minuten zum nächsten Begegnungsort gehen", decimals=1)

# %% [markdown]
# ## Wie sich die Wege verteilen
#
# Jede Linie ist ein Stadtbezirk: welcher Teil seiner Menschen nach so vielen Minuten einen Ort erreicht hat, im Tempo älterer Menschen. Unbekannte Wege zählen hier als nicht erreicht. Wo eine Linie früh
# flach wird, wohnt der Rest weit ab, und ein paar Minuten mehr ändern daran nichts.

# %% alt="Liniendiagramm: Anteil der Menschen, die einen Begegnungsort erreicht haben, nach Gehminuten, eine Linie je Stadtbezirk"
curves = city.table("published_walk_curves").query("minute <= 30")
districts = city.table("districts").set_index("district_id")
coarse = districts.groupby("level")["area_km2"].mean().idxmax()
lines = curves.query("level == @coarse").pivot_table(
    index="minute", columns="district_id", values="reached_share"
)
if lines.empty:
    display(Markdown("*Kein Bild: Von keinem Stadtbezirk sind die Wege der Menschen bekannt.*"))
else:
    figure, chart = plt.subplots()
    for district_id, line in lines.items():
        chart.plot(line.index, 100 * line, linewidth=1.8, label=districts.loc[district_id, "name"])
    chart.axvline(MINUTES, color="#1b1b1f", linewidth=1, linestyle="--")
    chart.set(xlabel="Gehminuten", ylabel="Anteil der Menschen (%)", xlim=(0, 30), ylim=(0, 101))
    chart.legend(fontsize="small", loc="lower right", ncols=1 + len(lines.columns) // 7)
    plt.show()

# %% [markdown]
# ## Wo sie wohnen
#
# Je dunkler ein Bezirk, desto mehr seiner Menschen brauchen in gewöhnlichem Tempo mehr als 15 Minuten. Ein Klick nennt die Zahl; wo von zu
# vielen der Weg unbekannt ist, steht keine. Ausgefüllte und offene Zeichen sind die Orte, die zählen.

# %%
fine = districts.groupby("level")["area_km2"].mean().idxmin()
beyond = told.query("level == @fine and profile == @PACES[0]")
beyond = beyond.assign(persons_beyond=beyond["persons_beyond"].where(beyond["covered_share_max"].notna()))
bg.explore(
    city,
    figures=beyond,
    column="persons_beyond",
    label="Menschen, die mehr als 15 Minuten gehen",
    begegnungsorte=city.layer("begegnungsorte").query("is_counted"),
)

# %%
most = beyond.query("persons_beyond > 0").nlargest(10, "persons_beyond").set_index("district_id")
worst = pd.DataFrame(
    {
        "Menschen": most["persons"].astype("Int64"),
        "weiter als 15 min": most["persons_beyond"].astype("Int64"),
        "Weg unbekannt": most["persons_unknown"].astype("Int64"),
    }
).set_index(pd.Index(districts["name"].reindex(most.index)))
caption = "Die Bezirke mit den meisten Menschen, die mehr als 15 Minuten gehen (höchstens zehn)"
none = Markdown("*In keinem Bezirk sind es sicher zehn Menschen oder mehr.*")
none if worst.empty else bg.show(worst, caption, missing="unter 10")

# %% [markdown]
# ## Antwort

# %%
answers = [
    f"- {names[key]} ({words.number(3.6 * walking.profiles[key].speed_m_s, decimals=1)} km/h): **{city.tell_persons(row['persons_beyond'])}**, "
    f"Anteil **{words.share_range(1 - row['covered_share_max'], 1 - row['covered_share'])}**; von {city.tell_persons(row['persons_unknown'])} "
    "Menschen ist der Weg nicht bekannt"
    for key, row in whole.loc[PACES].iterrows()
]
Markdown(
    f"Von {city.tell_persons(whole['persons'].iloc[0])} Menschen in {city.profile.city.name} wohnen sicher mehr als {MINUTES} Minuten vom nächsten "
    "zählenden Begegnungsort entfernt, wenn alle gehen wie:\n\n" + "\n".join(answers)
    if whole["persons"].gt(0).any()
    else f"Wie viele Menschen in {city.profile.city.name} wohnen, ist nicht bekannt; also auch nicht, wie weit sie gehen."
)

# %% [markdown]
# **Wie sicher ist das?** Das Verzeichnis kennt nicht jeden Ort; fehlt einer, sind es in Wahrheit weniger Menschen. Tempo und Wegenetz
# verschieben die Zahl in beide Richtungen. Gezählt ist der nächste Ort; ob er passt und wann er geöffnet ist, steht hier nicht.

# %%
sources = city.sources.set_axis(["Quelle", "Herausgeber", "Lizenz", "Stand"], axis=1)
sources["Stand"] = sources["Stand"].map(words.date)
bg.show(sources.set_index("Quelle"), "Quellen und ihr Stand", missing="nicht bekannt")
