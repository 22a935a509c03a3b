"""Trees: the cases of interest in rules. CART through scikit-learn, cut back by cross-validation.

Breiman, Friedman, Olshen & Stone (1984), "Classification and Regression Trees": cost-complexity pruning, and of the
trees within one standard error of the best the smallest. Knows nothing of studies but their factors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ecosim.errors import MissingExtraError
from experiments.analysis.discovery.cases import Cases

if TYPE_CHECKING:
    from experiments.study.factors import Factor

__all__ = ["Node", "Tree", "grow_tree"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Node:
    """A node: the share of cases and of all runs in it; where it splits, the question and who answers yes and no."""

    density: float
    mass: float
    coverage: float
    rule: tuple[str, ...]
    question: str = ""
    yes: Node | None = None
    no: Node | None = None

    def leaves(self) -> list[Node]:
        """Return the leaves below, left to right."""
        if self.yes is None or self.no is None:
            return [self]
        return self.yes.leaves() + self.no.leaves()

    @property
    def depth(self) -> int:
        return 0 if self.yes is None or self.no is None else 1 + max(self.yes.depth, self.no.depth)


@dataclass(frozen=True)
class Tree:
    """A pruned tree; `skill` is the share by which it lowers the Brier score of the base rate on held-out points."""

    root: Node
    skill: float


@dataclass(frozen=True)
class _Feature:
    factor: Factor
    level: str = ""


def grow_tree(
    data: Cases, factors: Sequence[Factor], depth: int, least: float = 0.02, folds: int = 5, seed: int = 1
) -> Tree:  # fmt: skip
    """Return the tree of the cases, at most `depth` questions deep, leaves holding at least a share `least` of runs."""
    try:
        from sklearn.tree import DecisionTreeClassifier
    except ImportError:
        raise MissingExtraError("discovery", "experiments") from None
    table, features = _features(data, factors)

    def fitted(rows: npt.NDArray[np.bool_], alpha: float) -> Any:
        both = np.concatenate([table[rows], table[rows]])
        classes = np.repeat([1, 0], int(rows.sum()))
        weights = np.concatenate([data.cases[rows], (data.trials - data.cases)[rows]])
        used = weights > 0
        tree = DecisionTreeClassifier(
            max_depth=depth, min_weight_fraction_leaf=least, ccp_alpha=alpha, random_state=seed
        )
        return tree.fit(both[used], classes[used], sample_weight=weights[used])

    def chance(tree: Any, rows: npt.NDArray[np.bool_]) -> FloatArray:
        found = tree.predict_proba(table[rows])
        return found[:, list(tree.classes_).index(1)] if 1 in tree.classes_ else np.zeros(len(found))

    everything = np.ones(len(table), bool)
    full = fitted(everything, 0.0)
    alphas = _alphas(full, table, data)
    fold = np.random.default_rng([seed, 8]).permutation(len(table)) % folds
    scores = np.zeros((len(alphas), len(table)))  # Brier score of a point's runs
    base = np.zeros(len(table))
    rate = data.cases / data.trials
    for number in range(folds):
        test = fold == number
        if not test.any() or test.all():
            continue
        mean = data.cases[~test].sum() / data.trials[~test].sum()
        base[test] = _brier(rate[test], np.full(int(test.sum()), mean))
        for row, alpha in enumerate(alphas):
            scores[row, test] = _brier(rate[test], chance(fitted(~test, alpha), test))
    losses = np.average(scores, axis=1, weights=data.trials)
    best = int(losses.argmin())
    error = float(scores[best].std(ddof=1) / np.sqrt(len(table))) if len(table) > 1 else 0.0
    row = max(index for index in range(len(alphas)) if losses[index] <= losses[best] + error)
    tree = full if row == 0 else fitted(everything, alphas[row])
    root = _node(tree, 0, features, data, table, everything, {})
    loss = float(np.average(base, weights=data.trials))
    return Tree(root, 1.0 - float(losses[row]) / loss if loss > 0 else 0.0)


def _alphas(full: Any, table: FloatArray, data: Cases) -> list[float]:
    """Return at most a dozen strengths of pruning, from none to the bare root."""
    both = np.concatenate([table, table])
    classes = np.repeat([1, 0], len(table))
    weights = np.concatenate([data.cases, data.trials - data.cases])
    used = weights > 0
    path = np.unique(full.cost_complexity_pruning_path(both[used], classes[used], weights[used])["ccp_alphas"])
    path = np.clip(path, 0.0, None)
    between = np.sqrt(path[:-1] * path[1:])  # geometric means, as Breiman et al. do
    chosen = np.unique(np.concatenate([[0.0], between, [path[-1] * 1.001 + 1e-12]]))
    rows = np.unique(np.linspace(0, len(chosen) - 1, min(12, len(chosen))).round().astype(int))
    return [float(value) for value in chosen[rows]]


def _brier(rate: FloatArray, chance: FloatArray) -> FloatArray:
    """Return the mean squared error of a chance over the runs of a point of which a share `rate` are cases."""
    return rate * (1.0 - chance) ** 2 + (1.0 - rate) * chance**2


def _features(data: Cases, factors: Sequence[Factor]) -> tuple[FloatArray, list[_Feature]]:
    """Return the table that scikit-learn wants: a number per ordered factor, a 0/1 column per level of a category."""
    columns: list[FloatArray] = []
    features: list[_Feature] = []
    for factor, column, kind in zip(factors, data.columns, data.kinds, strict=True):
        if kind == "level":
            for level in factor.levels:
                columns.append((column == str(level)).astype(np.float64))
                features.append(_Feature(factor, str(level)))
        else:
            columns.append(column.astype(np.float64))
            features.append(_Feature(factor))
    return np.column_stack(columns), features


def _node(
    tree: Any, number: int, features: list[_Feature], data: Cases, table: FloatArray, rows: npt.NDArray[np.bool_],
    sides: dict[tuple[str, str], str],
) -> Node:  # fmt: skip
    cases, trials = float(data.cases[rows].sum()), float(data.trials[rows].sum())
    share = max(float(data.cases.sum()), 1.0)
    known = (cases / trials if trials else 0.0, trials / float(data.trials.sum()), cases / share, tuple(sides.values()))
    parts = tree.tree_
    if parts.children_left[number] < 0:
        return Node(*known)
    feature, edge = features[parts.feature[number]], float(parts.threshold[number])
    low = table[:, parts.feature[number]] <= edge
    name = feature.factor.name.replace("_", " ")
    if feature.level:
        texts = (f"{name} is {feature.level}", f"{name} is not {feature.level}")
        keys = [(feature.factor.path, feature.level)] * 2
    else:
        texts = (f"{name} > {edge:.3g}", f"{name} ≤ {edge:.3g}")
        keys = [(feature.factor.path, ">"), (feature.factor.path, "≤")]
    above = _node(tree, parts.children_right[number], features, data, table, rows & ~low, {**sides, keys[0]: texts[0]})
    below = _node(tree, parts.children_left[number], features, data, table, rows & low, {**sides, keys[1]: texts[1]})
    return Node(*known, texts[0], above, below)
