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
# # Was würden drei Vereinsheime ändern?
#
# **Frage.** Wenn drei Vereinsheime sich für alle öffneten: welche drei, wie viele Menschen hätten dann in zehn Minuten einen Ort, die
# heute keinen haben (im Tempo älterer Menschen), und wo?
#
# Ein Vereinsheim im Verzeichnis ist ein Potenzialraum: ein Raum, der heute nicht für alle offen ist. Ob er sich öffnen lässt, weiß nur der
# Verein.

# %%
import os

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display

import begegnung_geo as bg

PROFILE, MINUTES = "senior", 10
SHARES = ["covered_share_before", "covered_share"]
CLUBS = ["allotment_club", "club_home", "sports_club"]
city = bg.load(os.environ.get("CITY", "musterstadt"))
words = city.words()
print(city.profile.city.name, *bg.caveats(city), sep="\n")

# %% [markdown]
# ## Welche drei
#
# Für jeden Potenzialraum steht im Ergebnis schon, wie viele Menschen er allein neu erreichen würde. Wir nehmen die drei Vereinsheime mit dem
# größten Zuwachs; hat die Stadt keine drei, die besten Räume gleich welcher Art.

# %%
gains = city.table("published_siting_gains").query("profile == @PROFILE and threshold_min == @MINUTES")
rooms = city.layer("begegnungsorte").merge(
    gains[["begegnungsort_id", "persons_added"]], on="begegnungsort_id"
)
rooms["Art"] = rooms["class"].map(city.class_names())
rooms["name"] = rooms["name"].fillna(rooms["Art"] + " ohne Namen")
clubs = rooms[rooms["class"].isin(CLUBS)]
three = (clubs if len(clubs) >= 3 else rooms).nlargest(3, "persons_added")
shown = three.set_index("name")[["Art", "persons_added"]].astype({"persons_added": "Int64"})
shown.columns = ["Art", "allein neu erreicht"]
nothing = Markdown("*Keine Quelle nennt hier einen Potenzialraum: es gibt nichts zu zeigen.*")
nothing if three.empty else bg.show(
    shown.rename_axis(None), "Räume, die sich öffnen könnten", missing="unter 10"
)

# %% [markdown]
# ## Zusammen
#
# Zwei Häuser nebeneinander erreichen dieselben Menschen, deshalb wird neu gezählt und nicht addiert. Zum Vergleich: die drei besten Räume
# gleich welcher Art.

# %%
asked = {"profile": PROFILE, "threshold_min": MINUTES}
told = {"diese Räume": three, "die drei besten Räume": rooms.nlargest(3, "persons_added")}
gains = {name: bg.gain(city, some, **asked).set_index("level") for name, some in told.items() if len(some)}
columns = {
    "persons_covered_before": "heute erreicht",
    "persons_covered": "dann erreicht",
    "persons_gained": "neu erreicht",
}
both = pd.DataFrame({name: gained.loc["city"] for name, gained in gains.items()}, index=list(columns)).T
both = both.astype("Int64").rename(columns=columns)
caption = "Menschen mit einem Ort in zehn Minuten (im Tempo älterer Menschen)"
nothing if three.empty else bg.show(both, caption, missing="unter 10")

# %% alt="Balkendiagramm: wie viele Menschen neu einen Ort in zehn Minuten hätten, wenn die Häuser offen wären, für die Bezirke, in denen sich etwas ändert"
districts = city.table("districts").set_index("district_id")
fine = districts.groupby("level")["area_km2"].mean().idxmin()
gained = gains.get("diese Räume", pd.DataFrame({"persons_gained": [0.0]}))
changed = gained[gained.index == fine].query("persons_gained > 0")
changed = changed.nlargest(12, "persons_gained").iloc[::-1]
if changed.empty:
    display(Markdown("*Kein Bild: In keinem Bezirk hätten sicher zehn Menschen oder mehr neu einen Ort.*"))
else:
    figure, chart = plt.subplots(figsize=(8, 1 + 0.42 * len(changed)))
    chart.barh(districts["name"].reindex(changed["district_id"]), changed["persons_gained"], height=0.5)
    chart.set(xlabel="Menschen, die neu einen Ort in zehn Minuten hätten", xlim=(0, None))
    plt.show()

# %% [markdown]
# ## Wo sie liegen
#
# Die Farben sagen, wie weit es zum nächsten dieser Häuser wäre; die schraffierten Flächen sind die Lücken von heute, schwarze Zeichen die Orte, die
# schon zählen.

# %%
bg.explore(
    city,
    own_places=three if len(three) else None,
    reach_areas=bg.reach(city, three, profile=PROFILE) if len(three) else None,
    label="Fußweg zum nächsten der neuen Häuser (ältere Menschen)",
    gaps=city.layer("published_gaps"),
    begegnungsorte=city.layer("begegnungsorte").query("is_counted"),
)

# %% [markdown]
# ## Antwort

# %%
ranks = city.table("published_siting_ranks").set_index("begegnungsort_id").reindex(three["begegnungsort_id"])
who = "Dieses Haus allein" if len(three) == 1 else f"Diese {len(three)} Häuser zusammen"
if three.empty:
    answer = f"In {city.profile.city.name} nennt keine Quelle einen Raum, der sich öffnen könnte. Wo Vereine Räume haben, weiß oft nur, wer sie fragt."
else:
    now, then = (words.share_range(gained.loc["city", name], gained.loc["city", name]) for name in SHARES)
    brought, best = (city.tell_persons(gains[name].loc["city", "persons_gained"]) for name in told)
    answer = (
        f"{who}: **{brought} Menschen** hätten neu einen Ort in zehn Minuten, dann {then} statt {now} der Menschen. Die besten Räume gleich "
        f"welcher Art brächten {best}. Dass ein Haus zu den ersten Räumen gehört oder nicht gehört, gilt bei "
        f"{(ranks['stability'] == 'robust').sum()} von {len(three)} unter allen geprüften Annahmen (Tempo, Zeit, Wege zum Netz, Unbekanntes)."
    )
Markdown(answer)

# %% [markdown]
# **Wie sicher ist das?** Die Zahlen setzen voraus, dass ein Haus an allen Tagen offen ist und alle willkommen sind; beides ist nicht erfragt. Fehlt ein
# heutiger Ort im Verzeichnis, ist der Zuwachs in Wahrheit kleiner. Ein Szenario als Datei (`make maps SCENARIO=name`) rechnet dasselbe mit
# Öffnungszeiten, Wegen und Schließungen und zeigt es auf allen Seiten.

# %%
sources = city.sources.set_axis(["Quelle", "Herausgeber", "Lizenz", "Stand"], axis=1)
sources["Stand"] = sources["Stand"].map(words.date)
bg.show(sources.set_index("Quelle"), "Quellen und ihr Stand", missing="nicht bekannt")
