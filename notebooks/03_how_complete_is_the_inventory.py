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
# # Wie vollständig ist das Verzeichnis?
#
# **Frage.** Wie viele Begegnungsorte gibt es, die keine Quelle nennt, und von wie vielen der bekannten fehlen die wichtigsten Angaben?
#
# Wie viele fehlen, lässt sich schätzen, wenn zwei Quellen unabhängig voneinander sammeln: je mehr Orte beide nennen, desto weniger kann
# beiden entgangen sein (Fang und Wiederfang). Nennen zu wenige Orte beide Quellen, gibt es keine Schätzung, und das steht dann da.

# %%
import os

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown

import begegnung_geo as bg

city = bg.load(os.environ.get("CITY", "musterstadt"))
words = city.words()
print(city.profile.city.name, *bg.caveats(city), sep="\n")

# %% [markdown]
# ## Woraus das Verzeichnis besteht
#
# Jede Zeile einer Quelle ist behalten, mit einer anderen zusammengelegt oder abgelehnt; nichts verschwindet.

# %%
books = city.table("row_counts").set_index("source").rename_axis(None)
books = books.rename(index={"osm": "OpenStreetMap"})
books.columns = ["gelesen", "behalten", "zusammengelegt", "abgelehnt"]
bg.show(books, "Einträge je Quelle")

# %% [markdown]
# ## Gefunden und geschätzt
#
# Für die Orte, die als Begegnungsort gedacht sind (nicht Cafés und andere Alltagsorte): gefunden sind so viele, geschätzt gibt es so
# viele, und die wahre Zahl liegt, wenn die Annahmen stimmen, mit 95 % Sicherheit in der
# Spanne.

# %%
districts = city.table("districts").set_index("district_id")
rows = city.table("completeness").query("category == 'established'").set_index("district_id")
names = districts["name"].reindex(rows.index).fillna(city.profile.city.name)
found = pd.DataFrame(
    {
        "gefunden": rows["found_count"].astype("Int64"),
        "in beiden Quellen": rows["n_both"].astype("Int64"),
        "geschätzt": rows["estimated_count"].round().astype("Int64"),
        "mindestens": rows["low"].round().astype("Int64"),
        "höchstens": rows["high"].round().astype("Int64"),
        "ohne Schätzung, weil": rows["reason"].map(lambda key: words.say(f"complete.{key}") if key else None),
    }
).set_index(pd.Index(names))
bg.show(found.rename_axis(None).dropna(axis=1, how="all"), "Als Begegnungsort gedachte Orte")

# %% alt="Balkendiagramm: gefundene Begegnungsorte je Stadtbezirk, mit der Spanne der geschätzten Zahl, wo sie sich schätzen lässt"
bars = found[(rows["level"] != "city").to_numpy()].iloc[::-1]
bars = bars if len(bars) else found
figure, chart = plt.subplots(figsize=(8, 1 + 0.42 * len(bars)))
chart.barh(bars.index, bars["gefunden"], height=0.5, label="gefunden")
known = bars.dropna(subset=["geschätzt"])
spread = [(known["geschätzt"] - known["mindestens"]).clip(lower=0), known["höchstens"] - known["geschätzt"]]
chart.errorbar(
    known["geschätzt"], known.index, xerr=[side.astype(float) for side in spread], fmt="o", color="#b3261e",
    capsize=4, label="geschätzt, mit Spanne",
)  # fmt: skip
chart.set(xlabel="Orte", xlim=(0, None))
chart.locator_params(axis="x", integer=True)
chart.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
plt.show()

# %% [markdown]
# ## Was von den Orten bekannt ist
#
# Ein Ort ohne Öffnungszeiten ist für eine Beratung halb so viel wert. Die Tabelle sagt, für welchen Teil der Orte eine Angabe da ist, die
# Karte, wo die Öffnungszeiten fehlen.

# %%
facts = {
    "name": "Name",
    "address": "Adresse",
    "opening_hours": "Öffnungszeiten",
    "operator": "Träger",
    "wheelchair": "Zugang mit Rollstuhl",
}
filled = city.table("fill_rates").query("category_kind == 'all'").set_index("district_id")
names = districts["name"].reindex(filled.index).fillna(city.profile.city.name)
shares = filled.assign(name=names).pivot_table(
    index="name", columns="attribute", values="filled_share", sort=False
)
percent = (100 * shares.reindex(columns=list(facts)).rename(columns=facts)).rename_axis(None)
none = Markdown("*Das Verzeichnis nennt noch keinen Ort, also auch keine Angabe.*")
none if percent.isna().all(axis=None) else bg.show(percent, "Teil der Orte mit dieser Angabe (%)")

# %%
hours = city.table("fill_rates").query("category_kind == 'all' and attribute == 'opening_hours'")
bg.explore(
    city,
    figures=hours,
    column="filled_share",
    label="Teil der Orte mit bekannten Öffnungszeiten",
    begegnungsorte=city.layer("begegnungsorte").query("standing != 'potential'"),
)

# %% [markdown]
# ## Antwort

# %%
whole = rows[rows["level"] == "city"].iloc[0]
about_hours = hours[hours["level"] == "city"].iloc[0]
estimate = (
    f"geschätzt gibt es {words.number(whole['estimated_count'])} (mindestens {words.number(whole['low'])}, höchstens {words.number(whole['high'])})"
    if whole["is_estimable"]
    else "wie viele es gibt, lässt sich aus diesen Quellen nicht schätzen"
)
known_hours = (
    f"Öffnungszeiten sind von {words.number(about_hours['filled_count'])} der {words.number(about_hours['place_count'])} Orte bekannt "
    f"({words.share(about_hours['filled_share'])})."
    if about_hours["place_count"]
    else "Von keinem Ort ist etwas bekannt."
)
Markdown(
    f"Orte im Verzeichnis, die als Begegnungsort gedacht sind: **{words.number(whole['found_count'])}; {estimate}**. {known_hours}"
)

# %% [markdown]
# **Wie sicher ist das?** Die Schätzung gilt, wenn beide Quellen unabhängig sammeln und jeder Ort dieselbe Aussicht hat, genannt zu werden. Bekannte
# Häuser stehen eher in beiden Quellen; dann fehlen in Wahrheit mehr Orte, als die Schätzung sagt. Sie ist also eher eine Untergrenze.

# %%
sources = city.sources.set_axis(["Quelle", "Herausgeber", "Lizenz", "Stand"], axis=1)
sources["Stand"] = sources["Stand"].map(words.date)
bg.show(sources.set_index("Quelle"), "Quellen und ihr Stand", missing="nicht bekannt")
