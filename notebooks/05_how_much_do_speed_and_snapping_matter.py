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
# # Wie viel machen Tempo und Wegenetz aus?
#
# **Frage.** Wie weit verschiebt sich der Anteil der Menschen mit einem Ort in zehn Minuten, wenn wir Tempo, Zeit oder den Anschluss der Häuser an
# das Wegenetz anders annehmen, und was sagt das Wegenetz selbst dazu?
#
# Drei Annahmen stecken in jeder Zahl: wie schnell jemand geht, wie lange, und wie weit es von der Haustür quer bis zum nächsten Weg sein darf.

# %%
import os

import matplotlib.pyplot as plt
import osmnx as ox
import pandas as pd
from IPython.display import Markdown

import begegnung_geo as bg

PROFILE, MINUTES = "senior", 10
city = bg.load(os.environ.get("CITY", "musterstadt"))
words, walking = city.words(), city.profile.walking
speed = walking.profiles[PROFILE].speed_m_s
print(city.profile.city.name, *bg.caveats(city), sep="\n")

# %% [markdown]
# ## Eine Annahme nach der anderen
#
# Alles andere bleibt dabei, wie es ist. Gemessene Tempi streuen um etwa ein Fünftel; 8 und 12 Minuten sind rund 500 und 700 Meter.

# %%
trials = [
    ("Tempo", f"{words.number(3.6 * speed * f, decimals=1)} km/h", {"speed": f}) for f in (0.8, 0.9, 1.1, 1.2)
]
trials += [("Zeit", f"{minutes} Minuten", {"minutes": minutes}) for minutes in (8, 12)]
trials += [("Anschluss", f"bis {leg} m", {"leg": leg}) for leg in (50, 150, 500)]
usual = bg.coverage(city, profile=PROFILE, threshold_min=MINUTES, as_published=True).iloc[0]
rows = []
for assumption, value, change in trials:
    other = city.with_walking(
        speeds_m_s={PROFILE: speed * change.get("speed", 1.0)},
        snap_distance_m=change.get("leg", walking.snap_distance_m),
    )
    told = bg.coverage(
        other, profile=PROFILE, threshold_min=change.get("minutes", MINUTES), as_published=True
    ).iloc[0]
    rows.append((assumption, value, told["covered_share"], told["persons_covered"], told["persons_unknown"]))
table = pd.DataFrame(rows, columns=["Annahme", "Wert", "share", "erreicht", "Weg unbekannt"])

# %%
shown = table.assign(
    **{
        "Anteil (%)": 100 * table["share"],
        "gegen heute (Punkte)": 100 * (table["share"] - usual["covered_share"]),
        "erreicht": table["erreicht"].astype("Int64"),
        "Weg unbekannt": table["Weg unbekannt"].astype("Int64"),
    }
).drop(columns="share")
caption = (
    f"Menschen mit einem Ort in zehn Minuten; heute {words.percent(usual['covered_share'], decimals=1)} bei "
    f"{words.number(3.6 * speed, decimals=1)} km/h, {MINUTES} Minuten, Anschluss bis {words.number(walking.snap_distance_m)} m"
)
bg.show(shown.set_index(["Annahme", "Wert"]), caption, decimals=1, missing="unter 10")

# %% alt="Balkendiagramm: um wie viele Prozentpunkte sich der Anteil der Menschen mit einem Ort in zehn Minuten ändert, je Annahme zu Tempo, Zeit und Anschluss"
change = 100 * (table["share"] - usual["covered_share"])
figure, chart = plt.subplots(figsize=(8, 1 + 0.32 * len(table)))
colours = table["Annahme"].map({"Tempo": "#0b4f8a", "Zeit": "#4aa3ae", "Anschluss": "#b3261e"})
chart.barh((table["Annahme"] + ": " + table["Wert"])[::-1], change[::-1], color=colours[::-1], height=0.6)
chart.axvline(0, color="#1b1b1f", linewidth=1)
chart.set(xlabel="Änderung des Anteils (Prozentpunkte)")
plt.show()

# %% [markdown]
# ## Das Wegenetz der Stadtbezirke
#
# Aus dem Netz, wie es gemessen wird, mit den Kennzahlen von osmnx. Wenige Wege auf der Fläche, viele Sackgassen und wenige Wege je Kreuzung
# heißen Umwege: dort wirkt ein schnellerer Schritt weniger als eine Verbindung. Ein Wegstück zählt in dem Bezirk, in dem seine Mitte liegt.

# %%
districts = city.table("districts").set_index("district_id")
coarse = districts.groupby("level")["area_km2"].mean().idxmax()
stats = {}
for district_id, network in bg.split_network(city, coarse).items():
    if network.edges.empty:
        continue  # the map data does not reach there
    area_m2 = 1e6 * districts.loc[district_id, "area_km2"]
    found = ox.stats.basic_stats(bg.to_osmnx(network), area=area_m2)
    stats[district_id] = {
        "Wege (km)": found["street_length_total"] / 1000,
        "km je km²": found["street_density_km"] / 1000,
        "Kreuzungen je km²": found["intersection_density_km"],
        "Wege je Knoten": found["streets_per_node_avg"],
        "Sackgassen (%)": 100 * found["streets_per_node_proportions"].get(1, 0.0),
        "Länge zu Luftlinie je Wegstück": found["circuity_avg"],
    }
streets = pd.DataFrame(stats).T
nothing = Markdown("*In keinem Stadtbezirk liegt ein Weg der Karte: es gibt nichts zu zeigen.*")
caption = "Das Fußwegenetz je Stadtbezirk (osmnx, basic_stats)"
nothing if streets.empty else bg.show(streets.rename(index=districts["name"]), caption, decimals=2)

# %%
figures = streets.reset_index(names="district_id").rename(columns={"km je km²": "km_per_km2"})
nothing if streets.empty else bg.explore(
    city, figures=figures, column="km_per_km2", label="Fußwege, Kilometer je Quadratkilometer"
)

# %% [markdown]
# ## Antwort

# %%
spans = table.groupby("Annahme", sort=False)["share"].agg(["min", "max"])
told = [f"{name} {words.share_range(span['min'], span['max'])}" for name, span in spans.iterrows()]
spread = (spans["max"] - spans["min"]).dropna()
most = f" Am meisten macht **{spread.idxmax()}** aus." if spread.gt(0).any() else ""
Markdown(
    "Wie viele Menschen hier wohnen, ist nicht bekannt; also lässt sich auch nicht sagen, was die Annahmen an ihrem Anteil ändern."
    if spread.empty
    else f"Heute {words.share_range(usual['covered_share'], usual['covered_share_max'])}; mit anderen Annahmen zu **{'; zu '.join(told)}**.{most}"
)

# %% [markdown]
# **Wie sicher ist das?** Geändert ist immer nur eine Annahme; zusammen können sie sich aufheben oder verstärken. Ein kurzer Anschluss macht Menschen
# nicht weiter entfernt, sondern ihren Weg unbekannt; die Spalte „Weg unbekannt“ gehört dazu. Wege, die auf der Karte fehlen, kann keine Annahme ersetzen.

# %%
sources = city.sources.set_axis(["Quelle", "Herausgeber", "Lizenz", "Stand"], axis=1)
sources["Stand"] = sources["Stand"].map(words.date)
bg.show(sources.set_index("Quelle"), "Quellen und ihr Stand", missing="nicht bekannt")
