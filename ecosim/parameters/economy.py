"""Parameters of the economy: the value chain, markets and users, and the life of firms. Money is in k€."""

from __future__ import annotations

from dataclasses import dataclass

from ecosim.declaration import declare


@dataclass(frozen=True)
class Chain:
    """The value chain: stages of unequal margins; an offer is limited by its weakest stage."""

    stages: int = declare(
        4, 1, 16, "stages", "assumption", "assumption",
        "Stages of the value chain when the scenario names none.",
        "Maillons de la chaîne de valeur quand le scénario n'en nomme pas.",
    )  # fmt: skip
    lowest_margin: float = declare(
        0.04, 0, 1, "share", "assumption (smile curve: Mudambi 2008)", "assumption",
        "Margin on turnover at the stage of lowest added value.",
        "Marge sur chiffre d'affaires au maillon de plus faible valeur ajoutée.",
    )  # fmt: skip
    highest_margin: float = declare(
        0.16, 0, 1, "share", "assumption (smile curve: Mudambi 2008)", "assumption",
        "Margin on turnover at the stage of highest added value.",
        "Marge sur chiffre d'affaires au maillon de plus forte valeur ajoutée.",
    )  # fmt: skip
    initial_competence: float = declare(
        0.5, 0, 1, "competence", "assumption", "assumption",
        "Mean competence of firms at their stage at the beginning.",
        "Compétence moyenne des firmes à leur maillon au début.",
    )  # fmt: skip
    competence_spread: float = declare(
        0.15, 0, 0.5, "competence", "assumption", "assumption",
        "Half width of the uniform spread of competence at the beginning.",
        "Demi-largeur de la dispersion uniforme des compétences au début.",
    )  # fmt: skip
    substitution: float = declare(
        0.25, 0.01, 0.99, "elasticity", "Kremer 1993 (O-ring): stages complement one another", "assumption",
        "Elasticity of substitution between stages; low: the weakest decides.",
        "Élasticité de substitution entre maillons ; faible : le plus faible décide.",
    )  # fmt: skip
    outsourcing_loss: float = declare(
        0.4, 0, 1, "share", "assumption", "assumption",
        "Quality lost at a stage that a seller buys from others, against their mean competence.",
        "Qualité perdue à un maillon acheté à d'autres, par rapport à leur compétence moyenne.",
    )  # fmt: skip
    learning: float = declare(
        0.03, 0, 1, "1/month", "assumption", "assumption",
        "Rate at which research closes the gap to full competence, without skills gap.",
        "Vitesse à laquelle la recherche comble l'écart à la pleine compétence, sans déficit d'accompagnement.",
    )  # fmt: skip
    research_scale: float = declare(
        0.3, 1e-6, 1e6, "k€/month/employee", "assumption", "assumption",
        "Research per employee at which learning reaches 63 % of its rate.",
        "Recherche par salarié à laquelle l'apprentissage atteint 63 % de sa vitesse.",
    )  # fmt: skip
    competence_decay: float = declare(
        0.008, 0, 1, "1/month", "assumption", "assumption",
        "Rate at which competence goes out of date.", "Vitesse à laquelle la compétence se périme.",
    )  # fmt: skip


@dataclass(frozen=True)
class Market:
    """How offers come to markets and diffuse there (Bass 1969), and how frames filter and change."""

    launch_rate: float = declare(
        0.05, 0, 1, "1/month", "assumption", "assumption",
        "Probability that a firm that may launch an offer does so in a month.",
        "Probabilité qu'une firme qui peut lancer une offre le fasse dans le mois.",
    )  # fmt: skip
    offers_most: int = declare(
        3, 1, 16, "offers", "assumption", "assumption",
        "Offers that a firm can have on the markets at a time.",
        "Offres qu'une firme peut avoir en même temps sur les marchés.",
    )  # fmt: skip
    offer_life: int = declare(
        84, 1, 1200, "months", "assumption", "assumption",
        "Months after which an offer is withdrawn.", "Mois après lesquels une offre est retirée.",
    )  # fmt: skip
    innovation: float = declare(
        0.0025, 0, 1, "1/month", "Sultan, Farley & Lehmann 1990: p = 0.03 a year", "assumption",
        "Bass coefficient p of innovation.", "Coefficient p d'innovation de Bass.",
    )  # fmt: skip
    imitation: float = declare(
        0.032, 0, 5, "1/month", "Sultan, Farley & Lehmann 1990: q = 0.38 a year", "assumption",
        "Bass coefficient q of imitation.", "Coefficient q d'imitation de Bass.",
    )  # fmt: skip
    customers_per_firm: float = declare(
        200.0, 0, 1e9, "customers/firm", "assumption", "assumption",
        "Customers per firm of the market that is there when the scenario names none.",
        "Clients par firme du marché présent quand le scénario n'en nomme pas.",
    )  # fmt: skip
    customer_spend: float = declare(
        2.0, 0, 1e6, "k€/month", "assumption", "assumption",
        "What a customer would spend if new offers met all its needs, where the market does not say.",
        "Dépense d'un client si des offres nouvelles couvraient tous ses besoins, sauf indication du marché.",
    )  # fmt: skip
    needs_per_firm: float = declare(
        0.5, 1e-6, 1e6, "needs/firm", "assumption", "assumption",
        "Needs of customers per firm of the beginning, where the market does not say; offers share them out.",
        "Besoins des clients par firme du début, sauf indication du marché ; les offres se les partagent.",
    )  # fmt: skip
    attractor_demand: float = declare(
        1.0, 0, 1000, "factor", "design document, section 2", "assumption",
        "What a market attractor adds to demand at its heart, as a multiple of it.",
        "Ce qu'un attracteur de marché ajoute à la demande en son coeur, en multiple.",
    )  # fmt: skip
    frame_width: float = declare(
        0.6, 0.001, 1000, "knowledge units", "assumption", "assumption",
        "Distance b from the frame over which acceptance exp(-d^2/2b^2) falls.",
        "Distance b à la représentation sur laquelle l'acceptation exp(-d^2/2b^2) décroît.",
    )  # fmt: skip
    reframing: float = declare(
        0.05, 0, 1, "1/month", "assumption (interview: novelty reframes representations)", "assumption",
        "Rate at which a market's frame moves to what all its customers use.",
        "Vitesse à laquelle la représentation va vers ce que tous les clients utilisent.",
    )  # fmt: skip
    tradition: float = declare(
        0.01, 0, 1, "1/month", "assumption", "assumption",
        "Rate at which a market's frame goes back to its origin.",
        "Vitesse à laquelle la représentation revient à son origine.",
    )  # fmt: skip


@dataclass(frozen=True)
class Users:
    """Designers meet those who use: through the digital layer."""

    user_share: float = declare(
        0.2, 0, 1, "share", "assumption", "assumption",
        "Share of a firm's digital meetings that bring it to users.",
        "Part des rencontres numériques d'une firme qui la mènent aux usagers.",
    )  # fmt: skip
    insight_gain: float = declare(
        0.5, 0, 1, "share", "assumption (von Hippel 1986)", "assumption",
        "Share of what is missing to full insight into the frame that meeting users adds.",
        "Part de ce qui manque à la connaissance de la représentation qu'apporte une rencontre.",
    )  # fmt: skip
    insight_decay: float = declare(
        0.03, 0, 1, "1/month", "assumption", "assumption",
        "Rate at which insight into the frame goes out of date.",
        "Vitesse à laquelle cette connaissance se périme.",
    )  # fmt: skip
    user_reframing: float = declare(
        0.02, 0, 1, "1/month", "assumption", "assumption",
        "Rate at which a frame moves to what its users are shown, when every firm meets users.",
        "Vitesse à laquelle la représentation va vers ce qu'on montre, quand chaque firme rencontre des usagers.",
    )  # fmt: skip


@dataclass(frozen=True)
class Firms:
    """Books and staff of firms."""

    firm_size: float = declare(
        30.0, 1, 1e6, "employees", "assumption (growth SMEs of French poles)", "assumption",
        "Mean number of employees of a firm at the beginning.",
        "Effectif moyen d'une entreprise au début.",
    )  # fmt: skip
    firm_size_dispersion: float = declare(
        0.8, 0, 3, "log units", "assumption (firm sizes are nearly log-normal: Cabral & Mata 2003)", "assumption",
        "Standard deviation of the logarithm of firms' sizes.",
        "Écart-type du logarithme de l'effectif des entreprises.",
    )  # fmt: skip
    wage: float = declare(
        4.2, 0.01, 1e4, "k€/month", "assumption: 50 k€ a year with social contributions", "assumption",
        "Labour cost of an employee.", "Coût du travail d'un salarié.",
    )  # fmt: skip
    value_added: float = declare(
        0.45, 0.01, 1, "share", "assumption", "assumption",
        "Share of turnover that is not bought from outside.",
        "Part du chiffre d'affaires qui n'est pas achetée à l'extérieur.",
    )  # fmt: skip
    equity_ratio: float = declare(
        0.2, 0, 10, "years of turnover", "assumption (equity of French industrial SMEs)", "assumption",
        "Capital that a firm begins with and its owners leave in it, as a share of its yearly turnover.",
        "Capital qu'une firme a au début et que ses propriétaires y laissent, en part du chiffre d'affaires annuel.",
    )  # fmt: skip
    erosion: float = declare(
        0.002, 0, 1, "1/month", "assumption", "assumption",
        "Rate at which sales of old products dwindle.", "Vitesse d'érosion des ventes des produits anciens.",
    )  # fmt: skip
    demand_volatility: float = declare(
        0.05, 0, 1, "log units/month", "assumption", "assumption",
        "Standard deviation of the monthly change of the logarithm of a firm's old sales.",
        "Écart-type de la variation mensuelle du logarithme des ventes anciennes d'une firme.",
    )  # fmt: skip
    research_share: float = declare(
        0.3, 0, 1, "share", "assumption", "assumption",
        "Share of its margin that a solvent firm spends on research.",
        "Part de sa marge qu'une firme solvable consacre à la recherche.",
    )  # fmt: skip
    cooperation_cost: float = declare(
        0.1, 0, 1e4, "k€/meeting", "assumption", "assumption",
        "Cost of a meeting to the firm that starts it.", "Coût d'une rencontre pour la firme qui l'engage.",
    )  # fmt: skip
    payout: float = declare(
        0.2, 0, 1, "1/month", "assumption", "assumption",
        "Share of the capital above the equity ratio that owners take in a month, out of profits.",
        "Part du capital au-delà du ratio de fonds propres que les propriétaires prennent, sur le profit.",
    )  # fmt: skip
    employment_inertia: float = declare(
        0.08, 0, 1, "1/month", "assumption (labour demand adjusts over about a year: Hamermesh 1993)", "assumption",
        "Share of the gap to the wanted staff that a month closes.",
        "Part de l'écart à l'effectif voulu comblée en un mois.",
    )  # fmt: skip
    turnover_memory: float = declare(
        0.15, 0.001, 1, "1/month", "assumption", "assumption",
        "Weight of the last month in the turnover that firms plan with.",
        "Poids du dernier mois dans le chiffre d'affaires servant à planifier.",
    )  # fmt: skip
    startup_rate: float = declare(
        0.003, 0, 0.1, "1/hybrid", "assumption", "assumption",
        "Probability that a new hybrid founds a start-up, away from attractors (they make hybrids in turn).",
        "Probabilité qu'un hybride nouveau fonde une jeune pousse, loin des attracteurs (elles hybrident à leur tour).",
    )  # fmt: skip
    startup_pull: float = declare(
        2.0, 0, 1000, "factor", "assumption", "assumption",
        "What being at the heart of an attractor adds to that probability, as a multiple of it.",
        "Ce que le coeur d'un attracteur ajoute à cette probabilité, en multiple.",
    )  # fmt: skip
    startup_employees: float = declare(
        3.0, 1, 1000, "employees", "assumption", "assumption",
        "Founders and first employees of a start-up.", "Fondateurs et premiers salariés d'une jeune pousse.",
    )  # fmt: skip
    startup_capital: float = declare(
        150.0, 0, 1e6, "k€", "assumption", "assumption",
        "Capital that outside investors give to a start-up.",
        "Capital que des investisseurs donnent à une jeune pousse.",
    )  # fmt: skip
