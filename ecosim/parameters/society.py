"""Parameters of society: which mechanisms are on, trust, alliances, and the barriers that policies lower."""

from __future__ import annotations

from dataclasses import dataclass

from ecosim.declaration import declare, switch

_OWN = "design document, section 4"


@dataclass(frozen=True)
class Mechanisms:
    """Society and economy, mechanism by mechanism. With all of them off the run is the core, bit for bit.

    Each can be turned off alone, so nothing is refused here; but `frames` and `users` act on markets, and `exits` on
    what `firm_life` does to the books: where that is off they have no effect.
    """

    trust: bool = switch(
        False, _OWN, "setting", "Trust grows and decays on ties, and draws partners together.",
        "La confiance croît et décroît sur les liens, et rapproche les partenaires.",
    )  # fmt: skip
    alliances: bool = switch(
        False, _OWN, "setting", "Firms form alliances and share what they have.",
        "Les entreprises forment des alliances et partagent ce qu'elles ont.",
    )  # fmt: skip
    value_chain: bool = switch(
        False, _OWN, "setting", "The weakest stage of the value chain limits an offer (off: quality 1).",
        "Le maillon le plus faible limite une offre (non : qualité 1).",
    )  # fmt: skip
    markets: bool = switch(
        False, _OWN, "setting", "Hybrids are put on markets and diffuse.",
        "Les hybrides sont mis sur les marchés et s'y diffusent.",
    )  # fmt: skip
    frames: bool = switch(
        False, _OWN, "setting", "Markets' frames filter what is adopted and are reframed by it (off: neutral).",
        "Les représentations filtrent ce qui est adopté et en sont recadrées (non : neutres).",
    )  # fmt: skip
    users: bool = switch(
        False, _OWN, "setting", "Designers meet users through the digital layer.",
        "Les concepteurs rencontrent les usagers par la couche numérique.",
    )  # fmt: skip
    firm_life: bool = switch(
        False, _OWN, "setting", "Firms sell, pay, invest, hire and let go.",
        "Les entreprises vendent, paient, investissent, embauchent et licencient.",
    )  # fmt: skip
    exits: bool = switch(
        False, _OWN, "setting", "Insolvent firms leave.", "Les entreprises insolvables sortent.",
    )  # fmt: skip
    startups: bool = switch(
        False, _OWN, "setting", "Start-ups enter near new hybrids and attractors.",
        "Des jeunes pousses entrent près des hybrides récents et des attracteurs.",
    )  # fmt: skip
    policies: bool = switch(
        False, _OWN, "setting", "The scenario's policies pull their levers.",
        "Les politiques du scénario actionnent leurs leviers.",
    )  # fmt: skip

    @property
    def economy(self) -> bool:
        """Whether anything beyond trust is on, so that firms need books, stages and values."""
        return any(
            (
                self.alliances, self.value_chain, self.markets, self.frames, self.users, self.firm_life, self.exits,
                self.startups, self.policies,
            )
        )  # fmt: skip


@dataclass(frozen=True)
class Trust:
    """Trust w of a tie, from 0 to 1 (Gulati 1995: familiarity breeds trust)."""

    initial_trust: float = declare(
        0.3, 0, 1, "trust", "assumption", "assumption",
        "Trust of every tie at the beginning.", "Confiance de chaque lien au début.",
    )  # fmt: skip
    trust_gain: float = declare(
        0.25, 0, 1, "share", "design document, section 4; value assumed", "assumption",
        "Share eta of what is missing to 1 that a success adds.",
        "Part eta de ce qui manque à 1 qu'un succès ajoute.",
    )  # fmt: skip
    trust_failure: float = declare(
        0.01, 0, 1, "share", "assumption", "assumption",
        "Share of trust that a meeting without result takes away.",
        "Part de la confiance qu'une rencontre sans résultat retire.",
    )  # fmt: skip
    trust_disuse: float = declare(
        0.01, 0, 1, "1/month", "assumption", "assumption",
        "Share of trust that a month without meeting takes away.",
        "Part de la confiance qu'un mois sans rencontre retire.",
    )  # fmt: skip
    trust_pull: float = declare(
        3.0, 0, 1000, "factor", "assumption", "assumption",
        "What full trust adds to a tie's weight among partners, as a multiple of it.",
        "Ce que la pleine confiance ajoute au poids d'un lien, en multiple de celui-ci.",
    )  # fmt: skip
    trust_copying: float = declare(
        1.0, 0, 1000, "factor", "assumption (Uzzi 1997: fine-grained transfer in embedded ties)", "assumption",
        "What full trust adds to the transmissibility, as a multiple of it.",
        "Ce que la pleine confiance ajoute à la transmissibilité, en multiple de celle-ci.",
    )  # fmt: skip


@dataclass(frozen=True)
class Alliances:
    """When firms join forces, and what they then share."""

    trust_threshold: float = declare(
        0.6, 0, 1, "trust", "assumption", "assumption",
        "Trust from which two firms can join forces.", "Confiance à partir de laquelle deux firmes s'allient.",
    )  # fmt: skip
    value_dispersion: float = declare(
        0.3, 0, 10, "value units", "assumption", "assumption",
        "Standard deviation, per axis, of firms' values around those of their cluster.",
        "Écart-type, par axe, des valeurs des firmes autour de celles de leur cluster.",
    )  # fmt: skip
    value_width: float = declare(
        0.7, 0.001, 100, "value units", "assumption", "assumption",
        "Distance s of values over which their similarity exp(-d^2/2s^2) falls.",
        "Distance s de valeurs sur laquelle leur similarité exp(-d^2/2s^2) décroît.",
    )  # fmt: skip
    value_threshold: float = declare(
        0.6, 0, 1, "similarity", "assumption", "assumption",
        "Similarity of values from which two firms can join forces.",
        "Similarité de valeurs à partir de laquelle deux firmes s'allient.",
    )  # fmt: skip
    gain_share: float = declare(
        1.0, 0, 10, "share", "assumption", "assumption",
        "Turnover that an offer of quality 1 is expected to add, as a share of the present.",
        "Chiffre d'affaires qu'une offre de qualité 1 devrait ajouter, en part de l'actuel.",
    )  # fmt: skip
    alliance_horizon: int = declare(
        60, 1, 1200, "months", "assumption (mission row 4: medium or long term)", "assumption",
        "Months over which an alliance's gain is weighed against its cost.",
        "Mois sur lesquels le gain d'une alliance est pesé contre son coût.",
    )  # fmt: skip
    members_most: int = declare(
        20, 2, 10_000, "firms", "assumption (span of one steering committee)", "assumption",
        "Firms that an alliance can have at most.", "Nombre maximal d'entreprises d'une alliance.",
    )  # fmt: skip
    sharing_rate: float = declare(
        0.05, 0, 1, "1/month", "assumption", "assumption",
        "Probability that a member takes over a hybrid from another member in a month.",
        "Probabilité qu'un membre reprenne un hybride d'un autre membre dans le mois.",
    )  # fmt: skip
    pool_share: float = declare(
        0.05, 0, 1, "share", "assumption", "assumption",
        "Share of the sales of an alliance's offers that goes to its common capital.",
        "Part des ventes des offres d'une alliance qui va à son capital commun.",
    )  # fmt: skip
    coordination_cost: float = declare(
        0.5, 0, 1e6, "k€/month/member", "assumption", "assumption",
        "What running an alliance costs per member.", "Ce que coûte par membre le fonctionnement d'une alliance.",
    )  # fmt: skip
    dissolution_trust: float = declare(
        0.05, 0, 1, "trust", "assumption", "assumption",
        "Mean trust among members below which an alliance dissolves.",
        "Confiance moyenne entre membres sous laquelle une alliance se dissout.",
    )  # fmt: skip


@dataclass(frozen=True)
class Barriers:
    """What holds alliances back (mission row 8); each is lowered by one lever."""

    assembly_loss: float = declare(
        0.15, 0, 1, "share", "assumption", "assumption",
        "Quality that an offer of many firms loses because their bricks do not fit (lever a).",
        "Qualité perdue par une offre de plusieurs firmes dont les briques s'ajustent mal (levier a).",
    )  # fmt: skip
    structuring_cost: float = declare(
        30.0, 0, 1e6, "k€/member", "assumption", "assumption",
        "Cost of joining forces, per firm that joins: statutes, lawyers, engineering (lever b).",
        "Coût de structuration par firme qui rejoint : statuts, juristes, ingénierie (levier b).",
    )  # fmt: skip
    export_cost: float = declare(
        5.0, 0, 1e6, "k€/month", "assumption (Melitz 2003: fixed costs sort exporters)", "assumption",
        "Fixed cost of keeping an offer on a market abroad (lever c).",
        "Coût fixe pour maintenir une offre sur un marché étranger (levier c).",
    )  # fmt: skip
    equity_ticket: float = declare(
        100.0, 0, 1e6, "k€/member", "assumption", "assumption",
        "Equity that each firm brings into an alliance (lever d).",
        "Fonds propres que chaque firme apporte à une alliance (levier d).",
    )  # fmt: skip
    skills_gap: float = declare(
        0.5, 0, 1, "share", "assumption", "assumption",
        "Share of learning lost where firms are not trained and accompanied (lever e).",
        "Part de l'apprentissage perdue faute de formation et d'accompagnement (levier e).",
    )  # fmt: skip
    procurement_size: float = declare(
        250.0, 0, 1e6, "employees", "EU Recommendation 2003/361/EC: above an SME", "assumption",
        "Employees from which a seller can answer public procurement (lever f).",
        "Effectif à partir duquel un vendeur peut répondre à la commande publique (levier f).",
    )  # fmt: skip
    assembly_support_cost: float = declare(
        5.0, 0, 1e6, "k€/month/alliance", "assumption", "assumption",
        "What lever a costs at full intensity.", "Coût du levier a à pleine intensité.",
    )  # fmt: skip
    training_cost: float = declare(
        0.5, 0, 1e6, "k€/month/firm", "assumption", "assumption",
        "What lever e costs at full intensity.", "Coût du levier e à pleine intensité.",
    )  # fmt: skip
    buyer_training_cost: float = declare(
        20.0, 0, 1e6, "k€/month/market", "assumption", "assumption",
        "What lever f costs at full intensity.", "Coût du levier f à pleine intensité.",
    )  # fmt: skip
