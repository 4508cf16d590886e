"""All features of a node map, as a feature session describes them."""

from __future__ import annotations

from typing import Any

from camstrm.acquisition.features.facts import FeatureDescription
from camstrm.acquisition.features.listing import describe_feature, feature_names


def list_features(node_map: Any) -> list[FeatureDescription]:
    described = (describe_feature(node_map, name) for name in feature_names(node_map))
    return [feature for feature in described if feature is not None]
