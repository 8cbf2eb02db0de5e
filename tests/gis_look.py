# SPDX-License-Identifier: MIT
"""Opens a GeoPackage in QGIS as a person would and tells what it shows; run with the Python QGIS has."""

import json
import sys

from qgis.core import QgsApplication, QgsVectorLayer


def main(path: str) -> None:
    """Print for each layer whether it opened, its rules and features a rule, as one line of JSON."""
    app = QgsApplication([], False)  # noqa: FBT003  # no window
    app.initQgis()
    told = {}
    for name in ("begegnungsorte", "districts", "gaps", "reach_areas"):
        layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
        renderer = layer.renderer()
        told[name] = {
            "is_valid": layer.isValid(),
            "features": layer.featureCount(),
            "renderer": renderer.type(),
            "crs": layer.crs().authid(),
            "labelled": layer.labelsEnabled(),
            "rules": [rule.label() for rule in renderer.rootRule().children()],
            "drawn": _count_drawn(layer, renderer),
        }
    print(json.dumps(told))


def _count_drawn(layer: QgsVectorLayer, renderer: object) -> int:
    """Return how many features some rule draws, whether or not it is switched on."""
    leaves = [rule for rule in renderer.rootRule().descendants() if rule.symbol()]
    drawn = set()
    for rule in leaves:
        wheres = [part for part in (rule.filterExpression(), _where_above(rule)) if part]
        request = " AND ".join(f"({where})" for where in wheres) or "TRUE"
        drawn |= {feature.id() for feature in layer.getFeatures(request)}
    return len(drawn)


def _where_above(rule: object) -> str:
    return rule.parent().filterExpression() if rule.parent() else ""


if __name__ == "__main__":
    main(sys.argv[1])
