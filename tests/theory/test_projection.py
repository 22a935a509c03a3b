"""Networks of projects and their measures, by hand and against NetworkX; projects by chance and along meetings."""

from __future__ import annotations

import math

import networkx
import numpy as np
import pytest

from experiments.validation.evidence.grouping import consortia
from experiments.validation.evidence.nulls import configuration, preferential
from experiments.validation.evidence.projection import Projects, gini, measures, tie


def projects_of(*members: list[int], organisations: int) -> Projects:
    sizes = [len(row) for row in members]
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return Projects(start, np.array([one for row in members for one in row], np.int64), organisations)


def random_projects(seed: int, projects: int = 80, organisations: int = 90) -> Projects:
    """Sizes 2 to 9, a few organisations in many projects."""
    generator = np.random.default_rng(seed)
    popularity = 1.0 / np.arange(1, organisations + 1)
    rows = [
        generator.choice(organisations, generator.integers(2, 10), False, popularity / popularity.sum()).tolist()
        for _ in range(projects)
    ]
    return projects_of(*rows, organisations=organisations)


def members_of(projects: Projects) -> list[list[int]]:
    return [row.tolist() for row in np.split(projects.member, projects.start[1:-1])]


def graph_of(projects: Projects) -> networkx.Graph:
    graph = networkx.Graph()
    for row in members_of(projects):
        graph.add_edges_from((a, b) for a in row for b in row if a < b)
    return graph


# 0, 1, 2 in one project, 0 and 1 in another, 3 and 4 apart, 5 in none
BY_HAND = projects_of([2, 0, 1], [0, 1], [4, 3], organisations=6)


def test_weights_by_hand() -> None:
    ties = tie(BY_HAND)
    assert list(zip(ties.one.tolist(), ties.other.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 2), (3, 4)]
    assert ties.weight.tolist() == [1.5, 0.5, 0.5, 1.0]  # 1/(3 − 1) + 1/(2 − 1), ...
    assert ties.times.tolist() == [2, 1, 1, 1]
    assert ties.degree.tolist() == [2, 2, 2, 1, 1, 0]
    start, partner = ties.neighbours()
    assert start.tolist() == [0, 2, 4, 6, 7, 8, 8]
    assert partner.tolist() == [1, 2, 0, 2, 0, 1, 4, 3]


def test_weights_of_an_organisation_sum_to_its_projects() -> None:
    projects = random_projects(1)
    ties = tie(projects)
    strength = np.bincount(ties.one, ties.weight, 90) + np.bincount(ties.other, ties.weight, 90)
    np.testing.assert_allclose(strength, projects.per_organisation)


def test_measures_by_hand() -> None:
    theme = np.array([0, 0, 1, 1, 1, 0])
    before = tie(projects_of([1, 0], [2, 3], organisations=6))
    found = measures(BY_HAND, theme, before, np.random.default_rng(0))
    assert (found["organisations"], found["ties"]) == (5, 4)
    assert found["degree"] == pytest.approx(8 / 5)
    assert (found["transitivity"], found["clustering"]) == (1, 1)
    assert found["component"] == pytest.approx(3 / 5)
    assert found["path"] == 1
    assert found["repeated"] == pytest.approx(1 / 4)
    assert found["known"] == pytest.approx(1 / 4)
    # weights: 1.5 inside theme 0, 1 inside theme 1, 1 across; ends of theme 0: (3 + 1)/7
    assert found["cross_theme"] == pytest.approx(1 / 3.5)
    by_chance = (4 / 7) ** 2 + (3 / 7) ** 2
    assert found["theme_assortativity"] == pytest.approx((2.5 / 3.5 - by_chance) / (1 - by_chance))
    assert math.isnan(measures(BY_HAND, theme, None, np.random.default_rng(0))["known"])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_measures_agree_with_networkx(seed: int) -> None:
    projects = random_projects(seed)
    graph = graph_of(projects)
    found = measures(projects, np.zeros(90, np.int64), None, np.random.default_rng(0), sources=10_000)
    largest = graph.subgraph(max(networkx.connected_components(graph), key=len))
    several = [node for node, degree in graph.degree if degree > 1]
    assert found["organisations"] == graph.number_of_nodes()
    assert found["ties"] == graph.number_of_edges()
    assert found["transitivity"] == pytest.approx(networkx.transitivity(graph))
    assert found["clustering"] == pytest.approx(networkx.average_clustering(graph, several))
    assert found["assortativity"] == pytest.approx(networkx.degree_pearson_correlation_coefficient(graph))
    assert found["component"] == pytest.approx(len(largest) / len(graph))
    assert found["path"] == pytest.approx(networkx.average_shortest_path_length(largest))


def test_themes_agree_with_networkx_where_every_tie_counts_one() -> None:
    generator = np.random.default_rng(4)
    pairs = np.unique(np.sort([generator.choice(40, 2, False) for _ in range(120)], axis=1), axis=0)
    projects = projects_of(*pairs.tolist(), organisations=40)
    theme = generator.integers(0, 3, 40)
    graph = graph_of(projects)
    networkx.set_node_attributes(graph, {node: int(theme[node]) for node in graph}, "theme")
    found = measures(projects, theme, None, np.random.default_rng(0))["theme_assortativity"]
    assert found == pytest.approx(networkx.attribute_assortativity_coefficient(graph, "theme"))


def test_paths_from_a_sample_lie_within_their_error() -> None:
    projects = random_projects(5, 300, 600)
    every = measures(projects, np.zeros(600, np.int64), None, np.random.default_rng(0), sources=10_000)
    some = measures(projects, np.zeros(600, np.int64), None, np.random.default_rng(0), sources=50)
    assert 0 < some["path_error"] < 0.2
    assert some["path"] == pytest.approx(every["path"], abs=4 * some["path_error"])


def test_gini() -> None:
    assert gini(np.array([3, 3, 3])) == pytest.approx(0)
    assert gini(np.array([0, 0, 0, 8])) == pytest.approx(3 / 4)
    # of an exponential distribution it is 1/2; 40,000 draws give it to about 0.002
    assert gini(np.random.default_rng(1).exponential(size=40_000)) == pytest.approx(0.5, abs=0.01)


def test_projects_of_one_are_no_joint_projects() -> None:
    joint = Projects.joint(np.array([0, 1, 1, 3, 3, 3]), np.array([5, 2, 0, 1, 2, 3]), 6)
    assert members_of(joint) == [[2, 0], [1, 2, 3]]


# -- by chance ------------------------------------------------------------------------------------------------------


def test_the_configuration_model_keeps_sizes_and_activity_and_nothing_else() -> None:
    observed = random_projects(6)
    drawn = configuration(observed, np.random.default_rng(1))
    assert drawn.sizes.tolist() == observed.sizes.tolist()
    assert drawn.per_organisation.tolist() == observed.per_organisation.tolist()
    assert all(len(set(row)) == len(row) for row in members_of(drawn))
    same = [set(a) == set(b) for a, b in zip(members_of(drawn), members_of(observed), strict=True)]
    assert np.mean(same) < 0.2


def test_the_configuration_model_says_when_there_is_none() -> None:
    # one organisation in every project twice over: no exchange of seats can help
    with pytest.raises(ArithmeticError, match="sits twice"):
        configuration(projects_of([0, 0], [0, 0], organisations=1), np.random.default_rng(1))


def test_who_had_projects_gets_more() -> None:
    """In 4,000 first seats an organisation of 3 earlier projects among 6 gets 2,000 ± 130 (4 standard errors)."""
    one = projects_of([0, 1], organisations=4)
    earlier = np.array([3, 1, 1, 1])
    generator = np.random.default_rng(2)
    drawn = np.array([preferential(one, earlier, generator).member for _ in range(4000)])
    assert abs((drawn[:, 0] == 0).sum() - 2000) < 130
    assert (drawn[:, 0] != drawn[:, 1]).all()


def test_advantage_accumulates() -> None:
    """An urn that members go back into makes activity more unequal than one that stays as it was: a Pólya urn of 50
    with one ball each gets close to Gini 1/2 (exponential shares), even draws of 40 seats each would give 0.09."""
    many = projects_of(*[[0, 1]] * 1000, organisations=50)
    drawn = preferential(many, np.ones(50, np.int64), np.random.default_rng(3))
    assert gini(drawn.per_organisation) > 0.35


# -- along meetings -------------------------------------------------------------------------------------------------

# in the order of time: 0 meets 1, 2, 3; then 3 meets 4; then 1 meets 5; 6 and 7 keep to themselves
MEETINGS = np.array([[0, 1], [0, 2], [3, 0], [3, 4], [1, 5], [6, 7]])


def one_project(size: int, first: int, meetings: np.ndarray = MEETINGS) -> list[int]:
    """Return the project that begins with a given meeting (the others' coordinators never begin one)."""
    for seed in range(200):
        found = consortia(meetings, np.array([size]), 8, np.random.default_rng(seed))
        if np.random.default_rng(seed).permutation(len(meetings))[0] == first:
            return found.member.tolist()
    raise AssertionError("no seed begins there")


def test_a_consortium_grows_with_whom_its_coordinator_meets_next() -> None:
    assert one_project(2, 0) == [0, 1]
    assert one_project(4, 0) == [0, 1, 2, 3]  # the coordinator's own, in the order of time
    assert one_project(6, 0) == [0, 1, 2, 3, 5, 4]  # then those of its first partner, then of the others
    assert one_project(3, 2) == [3, 0, 4]  # 3 started this one; earlier meetings of 0 come last
    assert one_project(4, 2) == [3, 0, 4, 2]  # nobody is met any more: back in time, the latest first


def test_a_consortium_stops_where_nobody_else_can_be_reached() -> None:
    assert one_project(5, 5) == [6, 7]


def test_consortia_of_many_sizes_have_each_member_once() -> None:
    generator = np.random.default_rng(7)
    meetings = np.array([generator.choice(60, 2, False) for _ in range(900)])
    sizes = generator.integers(2, 40, 1200)  # more projects than meetings: some begin with the same one
    found = consortia(meetings, sizes, 60, generator)
    assert found.sizes.tolist() == sizes.tolist()
    assert all(len(set(row)) == len(row) for row in members_of(found))


def test_without_a_meeting_there_is_no_project() -> None:
    with pytest.raises(ValueError, match="no meeting"):
        consortia(np.empty((0, 2), np.int64), np.array([2]), 4, np.random.default_rng(0))
