"""The behaviours that must hold (design document, section 5), in quick form. docs/behaviours.md has the full ones."""

from __future__ import annotations

from experiments.behaviours import agreement, closure, complementarity, crystallisation, inverted_u, necessity, tipping


def test_necessity() -> None:
    findings = necessity.conclude(necessity.run(quick=True))
    assert findings["all on, generation-2 hybrids per run"] > 500
    assert findings["holds"], findings


def test_complementarity() -> None:
    findings = complementarity.conclude(complementarity.run(quick=True))
    assert findings["holds on logarithms, dials 0 and 1"], findings
    assert findings["holds on counts, dials 0.5 and 1"], findings


def test_crystallisation() -> None:
    findings = crystallisation.conclude(crystallisation.run(quick=True))
    assert findings["holds"], findings


def test_inverted_u() -> None:
    table = inverted_u.run(quick=True)
    findings = inverted_u.conclude(table)
    assert findings["holds"], findings
    # the ablation: with h = 1 distance makes no difference to first crossings (5 standard errors of these few runs)
    assert findings["when distance does not matter, most over fewest first crossings"] < 1.15, findings


def test_tipping() -> None:
    """Cohort R = 1 within 5 % of R_org = 1 is the full study's; few seeds allow 10 % here."""
    findings = tipping.conclude(tipping.run(quick=True))
    assert abs(findings["cohort crossing over R_org crossing"] - 1) < 0.1, findings
    late = list(findings["births per organisation in the last year by formula R"].values())
    assert late[0] < 0.002
    assert late[-1] > 0.2, findings


def test_agreement() -> None:
    """Within 10 % on generated networks; on Horizon 2020 what docs/behaviours.md says, and why."""
    findings = agreement.conclude(agreement.run(quick=True))
    leading = findings["largest departure of cohort R from next-generation R"]
    born = findings["largest departure of cohort R from the expectation for the hybrids born"]
    for network in ("three-ingredients", "france-clusters"):
        assert leading[network] < 0.1, findings
        assert born[network] < 0.1, findings
    if "h2020-france" in born:
        assert born["h2020-france"] < 0.15, findings
        assert born["h2020-france rewired"] < 0.1, findings


def test_closure() -> None:
    """Trust closes networks, bridges keep variety; that the one bears on the other is not found (behaviours.md)."""
    findings = closure.conclude(closure.run(quick=True))
    assert findings["networks close in on themselves"], findings
    assert findings["bridges keep variety, trust or not"], findings
    still = [findings[f"trust off, bridges {bridges}"]["rise of closure in 15 years"] for bridges in closure.BRIDGES]
    assert still == [[0, 0, 0]] * 2  # the control: without trust nothing closes
