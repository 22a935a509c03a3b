/* The month's loop once more, in C: meet, hybridise, propagate, forget, on the same arrays and with the same draws.
 *
 * It is the yardstick of `ecosim.bench`: the algorithms are those of `ecosim.kernels`, function by function, and the
 * results are equal bit for bit (tests/test_bench.py), so that what is compared is the compiler. One thread, no
 * intrinsics. Compile this file alone (it includes the other two), with -ffp-contract=off: a fused multiply-add would
 * round differently.
 */
#include "meet.c"

/* -- hybridise (kernels/hybridise.py) --------------------------------------------------------------------------- */

static int contains(const World *w, uint64_t key) {
    uint64_t mask = (uint64_t)w->spent_places - 1;
    for (uint64_t place = key & mask; w->spent[place]; place = (place + 1) & mask)
        if (w->spent[place] == key) return 1;
    return 0;
}

static void insert(const World *w, uint64_t key) {
    uint64_t mask = (uint64_t)w->spent_places - 1, place = key & mask;
    while (w->spent[place]) place = (place + 1) & mask;
    w->spent[place] = key;
}

static void add_to_portfolio(const World *w, int64_t organisation, int64_t brick, uint64_t arrival, uint64_t key) {
    int32_t *portfolio = w->portfolio + organisation * w->capacity;
    int64_t count = w->held[organisation];
    if (count == w->capacity) {
        int64_t slot = w->core + below(draw(key, arrival), count - w->core);
        w->carriers[portfolio[slot]]--;
        portfolio[slot] = (int32_t)brick;
        w->tally[EVICTED]++;
    } else {
        portfolio[count] = (int32_t)brick;
        w->held[organisation] = (int16_t)(count + 1);
    }
    w->carriers[brick]++;
}

static void read_ahead(const World *w, Meetings m, int64_t first, int32_t *place, volatile uint64_t *seen) {
    int64_t last = first + AHEAD < m.total ? first + AHEAD : m.total;
    uint64_t all = 0;
    for (int64_t k = first; k < last; k++) {
        uint64_t bits = further(m.base[k], 3);
        place[2 * (k - first)] = (int32_t)below(bits, w->held[m.initiator[k]]);
        place[2 * (k - first) + 1] = (int32_t)below_low(bits, w->held[m.met[k] > 0 ? m.met[k] : 0]);
    }
    for (int64_t k = first; k < last; k++) {
        int64_t j = m.met[k] > 0 ? m.met[k] : 0;
        m.drawn[2 * k] = w->portfolio[m.initiator[k] * w->capacity + place[2 * (k - first)]];
        m.drawn[2 * k + 1] = w->portfolio[j * w->capacity + place[2 * (k - first) + 1]];
    }
    for (int64_t k = first; k < last; k++)
        all ^= w->brick_identity[m.drawn[2 * k]] ^ w->brick_identity[m.drawn[2 * k + 1]];
    *seen = all;
}

static double field_at(const World *w, const double *point) {
    double total = w->base_drive;
    for (int64_t k = 0; k < w->attractors; k++) {
        double squared = 0.0;
        for (int64_t axis = 0; axis < w->dimensions; axis++) {
            double away = point[axis] - w->centre[k * w->dimensions + axis];
            squared += away * away;
        }
        total += w->strength[k] * exp(-squared / (2.0 * w->width[k] * w->width[k]));
    }
    return total;
}

static double fit(const World *w, double squared) {
    if (!w->distance_matters) return 1.0;
    double ratio = squared / (w->openness * w->openness);
    return ratio * exp(1.0 - ratio);
}

static void credit_parent(World *w, int64_t parent, double credit) {
    w->offspring[parent] = (float)((double)w->offspring[parent] + credit);
    if (w->birth[parent] >= 0) w->cohort_offspring[w->birth[parent]] += credit;
}

static void give_birth(World *w, Meetings m, int64_t index, uint64_t child, const double *midpoint, int from_a, int from_b) {
    int64_t i = m.initiator[index], j = m.met[index], a = m.drawn[2 * index], b = m.drawn[2 * index + 1];
    int64_t brick = w->bricks++, leading = a;
    uint64_t noise = draw(w->birth_key, child);
    for (int64_t axis = 0; axis < w->dimensions; axis++)
        w->position[brick * w->dimensions + axis] =
            (float)(midpoint[axis] + w->birth_spread * normal(noise, (uint64_t)axis));
    int16_t older = w->generation[a] > w->generation[b] ? w->generation[a] : w->generation[b];
    w->brick_identity[brick] = child;
    w->sectors[brick] = w->sectors[a] | w->sectors[b];
    w->generation[brick] = (int16_t)(older + 1);
    w->birth[brick] = (int32_t)w->month;
    w->parents[2 * brick] = (int32_t)a, w->parents[2 * brick + 1] = (int32_t)b;
    w->inventors[2 * brick] = (int32_t)i, w->inventors[2 * brick + 1] = (int32_t)j;
    w->carriers[brick] = 0;
    w->offspring[brick] = 0.0f;
    w->family[brick] = (int32_t)brick;
    int recombinant = from_a || from_b;
    w->tally[recombinant ? RECOMBINANT : SPONTANEOUS]++;
    w->layer_births[2 * m.layer[index] + recombinant]++;
    if (recombinant) {
        double credit = from_a && from_b ? 0.5 : 1.0;
        if (!from_a || (from_b && w->generation[b] > w->generation[a])) leading = b;
        w->family[brick] = w->family[leading];
        if (from_a) credit_parent(w, a, credit);
        if (from_b) credit_parent(w, b, credit);
    }
    add_to_portfolio(w, i, brick, child ^ w->identity[i], w->hybridise_evict_key);
    add_to_portfolio(w, j, brick, child ^ w->identity[j], w->hybridise_evict_key);
}

static int hybridise(World *w, Meetings m) {
    double most = w->base_drive, midpoint[16];
    for (int64_t k = 0; k < w->attractors; k++) most += w->strength[k];
    double low = floor(exp(-most / w->barrier_scale) * 0x1p53) - 1.0;
    uint64_t refused = (uint64_t)(low > 0.0 ? low : 0.0), seen;
    int32_t place[2 * AHEAD];
    int far = w->organisations * w->capacity > NEAR;
    for (int64_t index = 0; index < m.total; index++) {
        if (far && index % AHEAD == 0) read_ahead(w, m, index, place, &seen);
        int64_t i = m.initiator[index], j = m.met[index];
        m.drawn[2 * index] = m.drawn[2 * index + 1] = -1;
        if (j < 0) continue;
        if (w->bricks >= w->room_for_bricks || w->room <= 0) return -1;
        w->tally[MEETINGS]++;
        uint64_t bits = further(m.base[index], 3);
        int64_t mine = below(bits, w->held[i]), yours = below_low(bits, w->held[j]);
        int64_t a = m.drawn[2 * index] = w->portfolio[i * w->capacity + mine];
        int64_t b = m.drawn[2 * index + 1] = w->portfolio[j * w->capacity + yours];
        if (a == b || (mine < w->core && yours < w->core && !w->spontaneous)) continue;
        w->tally[TRIALS]++;
        uint64_t child = child_identity(w->brick_identity[a], w->brick_identity[b]);
        uint64_t opening = mix(child ^ w->barrier_key);
        if ((opening >> 11) <= refused) continue;
        double squared = 0.0;
        for (int64_t axis = 0; axis < w->dimensions; axis++) {
            double one = w->position[a * w->dimensions + axis], other = w->position[b * w->dimensions + axis];
            squared += (one - other) * (one - other);
            midpoint[axis] = 0.5 * (one + other);
        }
        double drive = field_at(w, midpoint) * fit(w, squared);
        if (-w->barrier_scale * log(uniform(opening)) >= drive || contains(w, child)) continue;
        insert(w, child);
        w->room--;
        uint64_t all = w->sectors[a] | w->sectors[b];
        if (all & (all - 1)) give_birth(w, m, index, child, midpoint, mine >= w->core, yours >= w->core);
        else w->tally[INCREMENTAL]++;
    }
    return 0;
}

/* -- propagate and forget (kernels/propagate.py, kernels/forget.py) --------------------------------------------- */

static int holds(const World *w, int64_t organisation, int64_t brick) {
    for (int64_t slot = w->core; slot < w->held[organisation]; slot++)
        if (w->portfolio[organisation * w->capacity + slot] == brick) return 1;
    return 0;
}

static void propagate(const World *w, Meetings m) {
    for (int64_t index = 0; index < m.total; index++) {
        for (int side = 0; side < 2; side++) {
            int64_t brick = m.drawn[2 * index + side];
            if (brick < 0 || uniform(further(m.base[index], 4 + (uint64_t)side)) >= w->transmissibility) continue;
            if (w->generation[brick] == 0) continue;
            int64_t receiver = side ? m.initiator[index] : m.met[index];
            if (w->held[receiver] == 0 || holds(w, receiver, brick)) continue;
            uint64_t arrival = w->brick_identity[brick] ^ w->identity[receiver];
            add_to_portfolio(w, receiver, brick, arrival, w->propagate_evict_key);
            w->tally[COPIES]++;
        }
    }
}

static void forget(const World *w) {
    for (int64_t i = 0; i < w->organisations; i++) {
        int64_t count = w->held[i];
        if (count <= w->core) continue;
        int32_t *portfolio = w->portfolio + i * w->capacity;
        w->tally[CARRIED] += count - w->core;
        uint64_t own = mix(w->identity[i]);
        for (int64_t slot = count - 1; slot >= w->core; slot--) {
            int32_t brick = portfolio[slot];
            if (uniform(draw(w->forget_key, own ^ w->brick_identity[brick])) >= w->forgetting) continue;
            portfolio[slot] = portfolio[--count];
            w->carriers[brick]--;
            w->tally[FORGOTTEN]++;
        }
        w->held[i] = (int16_t)count;
    }
}

/* Play meet, hybridise, propagate and forget; return the number of meetings, or −1 when room ran out. */
int64_t play(World *w) {
    Meetings m = start_meetings(w);
    find_partners(w, m);
    put_in_order(m);
    m.drawn = malloc(m.total ? 8 * (size_t)m.total : 8);
    int64_t result = hybridise(w, m) ? -1 : m.total;
    if (result >= 0) {
        propagate(w, m);
        forget(w);
    }
    done_with(m);
    return result;
}
