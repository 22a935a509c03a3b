"""Trust on ties, once more, slow and obvious. Source: the design document, section 4."""

from __future__ import annotations

from itertools import accumulate

from . import draws
from .world import World


def trust(world: World) -> None:
    """Fruit: w + η (1 − w); no fruit: w − φ w; a month without meeting: w (1 − δ). Partners are then drawn by
    weight · (1 + pull · w).
    """  # fmt: skip
    rule = world.parameters.trust
    met = set()
    for meeting in world.meetings:
        if meeting.bond is None:
            continue
        met.add(meeting.bond)
        w = world.trust[meeting.bond]
        changed = w + rule.trust_gain * (1 - w) if meeting.fruit else w - rule.trust_failure * w
        world.trust[meeting.bond] = draws.single(changed)
    for bond in world.trust.keys() - met:
        world.trust[bond] = draws.single(world.trust[bond] * (1 - rule.trust_disuse))
    for organisation in world.organisations:
        for layer, ties in organisation.ties.items():
            drawing = [
                weight * (1 + rule.trust_pull * world.trust[layer, frozenset((organisation, partner))])
                for weight, (partner, _) in zip(organisation.weights[layer], ties, strict=True)
            ]
            running = list(accumulate(drawing))
            organisation.ties[layer] = [
                (partner, 1.0 if place == len(ties) - 1 else draws.single(running[place] / running[-1]))
                for place, (partner, _) in enumerate(ties)
            ]
