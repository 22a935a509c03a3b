"""Parameters of the core: population, the three ingredients, labs, dials, and how a run is watched."""

from __future__ import annotations

from dataclasses import dataclass

from ecosim.declaration import declare, switch


@dataclass(frozen=True)
class Population:
    """Who is there."""

    firms: int = declare(
        900, 0, 5_000_000, "organisations", "assumption", "assumption",
        "Number of firms.", "Nombre d'entreprises.",
    )  # fmt: skip
    labs: int = declare(
        100, 0, 1_000_000, "organisations", "assumption", "assumption",
        "Number of laboratories.", "Nombre de laboratoires.",
    )  # fmt: skip
    clusters: int = declare(
        10, 1, 10_000, "clusters", "assumption", "assumption",
        "Number of clusters, named ones included.", "Nombre de clusters, ceux qui ont un nom compris.",
    )  # fmt: skip
    size_dispersion: float = declare(
        0.5, 0, 2, "log units", "assumption", "assumption",
        "Standard deviation of the logarithm of cluster sizes.",
        "Écart-type du logarithme de la taille des clusters.",
    )  # fmt: skip
    theme_share: float = declare(
        0.75, 0, 1, "share", "assumption", "assumption",
        "Share of a cluster's organisations that work in its theme sector.",
        "Part des membres d'un cluster qui travaillent dans son secteur thématique.",
    )  # fmt: skip


@dataclass(frozen=True)
class Diversity:
    """First ingredient: variety, balance and disparity of sectors; openness to distance (Stirling 2007)."""

    sectors: int = declare(
        6, 1, 64, "sectors", "assumption", "assumption",
        "Number of sectors (variety) when the scenario names none.",
        "Nombre de secteurs (variété) quand le scénario n'en nomme pas.",
    )  # fmt: skip
    disparity: float = declare(
        1.0, 0, 10, "knowledge units", "unit of length of the knowledge space", "assumption",
        "Mean distance between the centres of two sectors (disparity).",
        "Distance moyenne entre les centres de deux secteurs (disparité).",
    )  # fmt: skip
    sector_spread: float = declare(
        0.2, 0, 5, "knowledge units", "assumption", "assumption",
        "Standard deviation, per axis, of basic bricks around their sector's centre.",
        "Écart-type, par axe, des briques de base autour du centre de leur secteur.",
    )  # fmt: skip
    openness: float = declare(
        1.0, 0.01, 10, "knowledge units", "Nooteboom et al. 2007 (inverted U)", "assumption",
        "Cognitive distance d* at which organisations hybridise best.",
        "Distance cognitive d* à laquelle les organisations hybrident le mieux.",
    )  # fmt: skip
    distance_matters: bool = switch(
        True, "Nooteboom et al. 2007", "assumption",
        "Off: every cognitive distance hybridises as well as d* (h = 1).",
        "Non : toute distance cognitive hybride aussi bien que d* (h = 1).",
    )  # fmt: skip


@dataclass(frozen=True)
class Knowledge:
    """Bricks and portfolios."""

    dimensions: int = declare(
        4, 1, 16, "axes", "design document, section 1", "assumption",
        "Dimensions d of the knowledge space.", "Dimensions d de l'espace des connaissances.",
    )  # fmt: skip
    core_size: int = declare(
        8, 1, 100, "bricks", "design document, section 2", "assumption",
        "Basic bricks n0 that an organisation holds and never forgets.",
        "Briques de base n0 qu'une organisation détient et n'oublie jamais.",
    )  # fmt: skip
    capacity: int = declare(
        40, 2, 1000, "bricks", "design document, section 2", "assumption",
        "Portfolio capacity K; a full portfolio loses a random hybrid.",
        "Capacité K du portefeuille ; plein, il perd un hybride au hasard.",
    )  # fmt: skip
    forgetting: float = declare(
        0.04, 0, 5, "1/month", "design document, section 3", "assumption",
        "Forgetting rate mu per carrier of a hybrid.", "Taux d'oubli mu par porteur d'un hybride.",
    )  # fmt: skip
    birth_spread: float = declare(
        0.05, 0, 5, "knowledge units", "assumption", "assumption",
        "Standard deviation sigma, per axis, of a hybrid around its parents' midpoint.",
        "Écart-type sigma, par axe, d'un hybride autour du milieu de ses parents.",
    )  # fmt: skip


@dataclass(frozen=True)
class Latent:
    """Latent opportunities: quenched barriers and the drive against them."""

    barrier_scale: float = declare(
        1.0, 1e-6, 1e6, "drive units", "unit of the drive", "assumption",
        "Mean E0 of the exponential activation barriers.",
        "Moyenne E0 des barrières d'activation exponentielles.",
    )  # fmt: skip
    base_drive: float = declare(
        0.004, 0, 1e3, "drive units", "assumption", "assumption",
        "Drive e0 that is there without any attractor.", "Impulsion e0 présente sans aucun attracteur.",
    )  # fmt: skip
    spontaneous: bool = switch(
        True, "design document, section 3 (the seeded experiment turns it off)", "setting",
        "Whether two basic bricks can make a brick.", "Deux briques de base peuvent-elles en faire une.",
    )  # fmt: skip
    seeded_share: float = declare(
        0.0, 0, 1, "share", "design document, section 3", "setting",
        "Share of organisations given one hybrid before the first month.",
        "Part des organisations qui reçoivent un hybride avant le premier mois.",
    )  # fmt: skip


@dataclass(frozen=True)
class Medium:
    """Third ingredient: the propagation medium, a network of four layers."""

    meeting_rate: float = declare(
        2.0, 0, 100, "meetings/month", "design document, section 3", "assumption",
        "Meetings m that an organisation starts each month.",
        "Rencontres m qu'une organisation engage chaque mois.",
    )  # fmt: skip
    transmissibility: float = declare(
        0.02, 0, 1, "1/meeting", "design document, section 3", "assumption",
        "Probability tau that a drawn hybrid is copied to the other side.",
        "Probabilité tau qu'un hybride tiré soit copié par l'autre partie.",
    )  # fmt: skip
    cluster_share: float = declare(
        0.6, 0, 1, "weight", "assumption", "assumption",
        "Weight of the cluster layer among meetings (the four are scaled to sum to 1).",
        "Poids de la couche cluster dans les rencontres (les quatre sont ramenés à 1).",
    )  # fmt: skip
    bridge_share: float = declare(
        0.15, 0, 1, "weight", "assumption", "assumption",
        "Weight of the bridge layer (between clusters).", "Poids de la couche passerelle (entre clusters).",
    )  # fmt: skip
    science_share: float = declare(
        0.1, 0, 1, "weight", "assumption", "assumption",
        "Weight of the science layer (labs).", "Poids de la couche scientifique (laboratoires).",
    )  # fmt: skip
    digital_share: float = declare(
        0.15, 0, 1, "weight", "assumption", "assumption",
        "Weight of the digital and world layer (anyone).", "Poids de la couche numérique et mondiale (tous).",
    )  # fmt: skip
    cluster_degree: float = declare(
        12.0, 0, 1000, "ties", "assumption", "assumption",
        "Mean number of ties of an organisation inside its cluster.",
        "Nombre moyen de liens d'une organisation dans son cluster.",
    )  # fmt: skip
    bridge_degree: float = declare(
        2.0, 0, 1000, "ties", "assumption", "assumption",
        "Mean number of ties of an organisation to other clusters.",
        "Nombre moyen de liens d'une organisation vers d'autres clusters.",
    )  # fmt: skip
    science_degree: float = declare(
        6.0, 0, 1000, "ties", "assumption", "assumption",
        "Mean number of science ties that a lab starts: half to labs anywhere, half to firms of its cluster.",
        "Nombre moyen de liens scientifiques qu'un laboratoire engage : moitié laboratoires, moitié entreprises.",
    )  # fmt: skip
    geographic_range: float = declare(
        200.0, 1, 1e5, "km", "assumption", "assumption",
        "Distance over which bridges between clusters fall by e.",
        "Distance sur laquelle les passerelles entre clusters décroissent d'un facteur e.",
    )  # fmt: skip
    cognitive_range: float = declare(
        1.0, 0.01, 100, "knowledge units", "assumption", "assumption",
        "Cognitive distance over which bridges between clusters fall by e.",
        "Distance cognitive sur laquelle les passerelles décroissent d'un facteur e.",
    )  # fmt: skip
    bridge_openness: float = declare(
        1.0, 0, 1, "share", "assumption", "lever",
        "How open the federation keeps the bridges between its clusters.",
        "Degré d'ouverture des passerelles que la fédération tient entre ses clusters.",
    )  # fmt: skip


@dataclass(frozen=True)
class Clusters:
    """What the clusters themselves do: bring people together."""

    encounters_per_year: float = declare(
        0.0, 0, 12, "1/year", "assumption", "lever",
        "Encounters that a cluster of brokerage 1 organises each year with another cluster.",
        "Rencontres qu'un cluster de courtage 1 organise chaque année avec un autre cluster.",
    )  # fmt: skip
    encounter_strength: float = declare(
        0.05, 0, 1e3, "drive units", "assumption", "assumption",
        "Strength of an encounter that a cluster organises.",
        "Force d'une rencontre organisée par un cluster.",
    )  # fmt: skip
    encounter_width: float = declare(
        0.3, 0.001, 10, "knowledge units", "assumption", "assumption",
        "Width of an encounter that a cluster organises.",
        "Largeur d'une rencontre organisée par un cluster.",
    )  # fmt: skip
    encounter_boost: float = declare(
        2.0, 1, 100, "factor", "assumption", "assumption",
        "Meeting rate at the heart of an encounter, as a multiple of the usual.",
        "Taux de rencontre au coeur d'une rencontre, en multiple de l'habituel.",
    )  # fmt: skip


@dataclass(frozen=True)
class Labs:
    """What only labs do: create basic bricks."""

    creation_rate: float = declare(
        0.02, 0, 1, "1/month", "assumption", "assumption",
        "Probability that a lab renews one of its basic bricks in a month.",
        "Probabilité qu'un laboratoire renouvelle une de ses briques de base dans le mois.",
    )  # fmt: skip


@dataclass(frozen=True)
class Dials:
    """One dial per ingredient: 0 absent, 1 as the scenario has it. The map is in docs/odd.md."""

    diversity_dial: float = declare(
        1.0, 0, 1, "dial", "design document, section 2", "dial",
        "Diversity: scales the shares of all sectors but the largest, and the distances between sectors.",
        "Diversité : règle la part des secteurs autres que le premier et les distances entre secteurs.",
    )  # fmt: skip
    attractor_dial: float = declare(
        1.0, 0, 1, "dial", "design document, section 2", "dial",
        "Attractors: scales their strength and what encounters add to the meeting rate.",
        "Attracteurs : règle leur force et ce que les rencontres ajoutent au taux de rencontre.",
    )  # fmt: skip
    medium_dial: float = declare(
        1.0, 0, 1, "dial", "design document, section 2", "dial",
        "Propagation medium: scales the meeting rate and the transmissibility.",
        "Milieu de propagation : règle le taux de rencontre et la transmissibilité.",
    )  # fmt: skip


@dataclass(frozen=True)
class Record:
    """How the run is watched; changes no result."""

    reproduction_every: int = declare(
        12, 0, 1200, "months", "assumption", "setting",
        "Months between two next-generation evaluations of R (0: never).",
        "Mois entre deux évaluations de R par la matrice de génération suivante (0 : jamais).",
    )  # fmt: skip
    emergence_floor: float = declare(
        0.02, 0, 100, "births/organisation/year", "assumption", "setting",
        "Recombinant births per organisation and year that count as emergence.",
        "Naissances recombinantes par organisation et par an à partir desquelles on parle d'émergence.",
    )  # fmt: skip
    check: bool = switch(
        False, "design document, section 4 (accounting identity)", "setting",
        "Check every month that money and heads are conserved; changes no result.",
        "Vérifie chaque mois que monnaie et effectifs sont conservés ; ne change aucun résultat.",
    )  # fmt: skip
