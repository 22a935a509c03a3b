"""Offers on markets: which brick is offered, how much each market wants it, and how it diffuses (Bass 1969)."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from ecosim.kernels.random import below, draw, further, uniform

FAR = 16.0  # squared widths beyond which an attractor pulls nobody, as in `kernels.attract`


@njit(cache=True)
def launch(key, rate, identity, firm, held, core, portfolio, offers, insight, position, frame, seller, brick):
    """Let firms put one of their hybrids on the markets; return how many do.

    A firm that holds hybrids and has room does so with probability `rate`. With probability `insight` it takes the
    hybrid nearest to a market's frame, else any. It never offers the same hybrid twice at a time.

    Parameters
    ----------
    identity : uint64 (N,); firm : bool (N,); held : int16 (N,); portfolio : int32 (N, K)
    offers : int32 (N, S), bricks of the live offers of each organisation, −1 for none
    insight : float32 (N,); position : float32 (B, d); frame : float64 (markets, d)
    seller, brick : int32 (N,), written
    """
    count = 0
    for i in range(held.shape[0]):
        if not firm[i] or held[i] <= core:
            continue
        room = False
        for s in range(offers.shape[1]):
            room = room or offers[i, s] < 0
        if not room:
            continue
        own = draw(key, identity[i])
        if uniform(own) >= rate:
            continue
        chosen = np.int64(portfolio[i, core + below(further(own, 1), held[i] - core)])
        if uniform(further(own, 2)) < insight[i]:
            nearest = np.inf
            for slot in range(core, held[i]):
                for k in range(frame.shape[0]):
                    squared = 0.0
                    for axis in range(frame.shape[1]):
                        away = np.float64(position[portfolio[i, slot], axis]) - frame[k, axis]
                        squared += away * away
                    if squared < nearest:
                        nearest = squared
                        chosen = np.int64(portfolio[i, slot])
        offered = False
        for s in range(offers.shape[1]):
            offered = offered or offers[i, s] == chosen
        if offered:
            continue
        seller[count] = i
        brick[count] = chosen
        count += 1
    return count


@njit
def ones(mask):
    """Return the number of bits that are set."""
    count = 0
    while mask != np.uint64(0):
        mask &= mask - np.uint64(1)
        count += 1
    return count


@njit(cache=True)
def wanted(
    live, brick, quality, large, position, sectors, demand, frame, public_share, frame_width, neutral,
    centre, width, gain, attraction,
):  # fmt: skip
    """Write how much of each market's demand each live offer would meet, alone on it: 0 to 1, more with attractors.

    ``demanded sectors · exp(−|x − frame|² / 2b²) · ((1 − public) + public · large) · quality · (1 + Σ attractors)``

    Parameters
    ----------
    live : int64 (L,), rows of offers; brick : int32 (O,); quality : float32 (O,)
    large : bool (O,), whether the seller can answer public procurement
    position : float32 (B, d); sectors : uint64 (B,); demand : uint64 (markets,); frame : float64 (markets, d)
    public_share : float64 (markets,); frame_width : b; neutral : whether frames filter nothing
    centre : float64 (A, d), width, gain : float64 (A,), the market attractors that are active
    attraction : float64 (L, markets), written
    """
    markets, dimensions = frame.shape
    for index in range(live.shape[0]):
        row = live[index]
        own = brick[row]
        pull = 1.0
        for a in range(gain.shape[0]):
            squared = 0.0
            for axis in range(dimensions):
                away = np.float64(position[own, axis]) - centre[a, axis]
                squared += away * away
            ratio = squared / (width[a] * width[a])
            if ratio < FAR:
                pull += gain[a] * math.exp(-0.5 * ratio)
        for k in range(markets):
            share = 1.0
            if sectors[own] & ~demand[k] != np.uint64(0):
                share = ones(sectors[own] & demand[k]) / ones(sectors[own])
            value = pull * quality[row] * share
            if not large[row]:
                value *= 1.0 - public_share[k]
            if not neutral and value > 0.0:
                squared = 0.0
                for axis in range(dimensions):
                    away = np.float64(position[own, axis]) - frame[k, axis]
                    squared += away * away
                value *= math.exp(-squared / (2.0 * frame_width * frame_width))
            attraction[index, k] = value


@njit
def bass_step(share, p, q):
    """Return the share of adopters one month on, exactly: ``dF/dt = (p + q F)(1 − F)`` (Bass 1969, equation 3)."""
    if share >= 1.0:
        return share
    if p + q * share <= 0.0:
        return share
    ratio = (1.0 - share) / (p + q * share) * math.exp(-(p + q))
    return (1.0 - p * ratio) / (1.0 + q * ratio)


@njit(cache=True)
def diffuse(
    live, brick, attraction, served, adopters, sales, position, customers, needs, spend, innovation, imitation,
    market_adoptions, market_used, market_sales,
):  # fmt: skip
    """Let each live offer diffuse for a month on each market that it is sold on.

    Its potential is ``customers · w / (1 + (W − w) / needs)``: W is the attraction of all offers there, spread over the
    needs, in each of which offers compete with one another and with what was there before (a logit share, the old
    product's attraction being 1). Alone an offer reaches whoever wants it. Customers who have adopted stay when the
    potential falls.

    Parameters
    ----------
    attraction : float64 (L, markets), w, from `wanted`; served : bool (O, markets); adopters : float64 (O, markets)
    sales : float64 (O,), written, k€
    customers, needs, spend (k€ per adopter and month), innovation, imitation (1/month) : float64 (markets,)
    market_adoptions, market_sales : float64 (markets,), market_used : float64 (markets, d), written: customers times
        offers that they use, k€, and the mean position of what they use
    """
    offers, markets = attraction.shape
    total = np.zeros(markets)
    for index in range(offers):
        for k in range(markets):
            if served[live[index], k]:
                total[k] += attraction[index, k]
    market_adoptions[:] = 0.0
    market_sales[:] = 0.0
    market_used[:] = 0.0
    for index in range(offers):
        row = live[index]
        sold = 0.0
        for k in range(markets):
            if not served[row, k]:
                continue
            own = attraction[index, k]
            potential = customers[k] * own / (1.0 + (total[k] - own) / needs[k])
            if adopters[row, k] < potential:
                share = adopters[row, k] / potential
                adopters[row, k] = potential * bass_step(share, innovation[k], imitation[k])
            using = adopters[row, k]
            sold += using * spend[k]
            market_sales[k] += using * spend[k]
            market_adoptions[k] += using
            for axis in range(position.shape[1]):
                market_used[k, axis] += using * np.float64(position[brick[row], axis])
        sales[row] = sold
    for k in range(markets):
        if market_adoptions[k] > 0.0:
            for axis in range(position.shape[1]):
                market_used[k, axis] /= market_adoptions[k]


@njit(cache=True)
def go_abroad(live, abroad, attraction, margin, capital, cost, customers, needs, spend, served, adopters, due):
    """Decide on which markets abroad each live offer is sold; write how many fixed costs each seller owes.

    Where the margin expected at full adoption beats the fixed cost of exports: who is there stays while solvent, who is
    not goes there with a year's cost in hand. An offer that leaves a market loses its adopters there.

    Parameters
    ----------
    abroad : bool (markets,); attraction : float64 (L, markets), from `wanted`
    margin : float64 (L,), share of turnover; capital : float64 (L,), of the seller, k€; cost : k€ a month
    customers, needs, spend : float64 (markets,); served : bool (O, markets), adopters : float64 (O, markets), written
    due : float64 (L,), written: on how many markets abroad it is sold
    """
    for k in range(abroad.shape[0]):
        if not abroad[k]:
            continue
        total = 0.0
        for index in range(live.shape[0]):
            if served[live[index], k]:
                total += attraction[index, k]
        for index in range(live.shape[0]):
            row = live[index]
            others = total - attraction[index, k] if served[row, k] else total
            potential = customers[k] * attraction[index, k] / (1.0 + others / needs[k])
            enough = 0.0 if served[row, k] else 12.0 * cost
            served[row, k] = potential * spend[k] * margin[index] > cost and capital[index] >= enough
            if served[row, k]:
                due[index] += 1.0
            else:
                adopters[row, k] = 0.0
