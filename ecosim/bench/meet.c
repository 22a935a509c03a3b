/* Who meets whom, and in which order (kernels/meet.py). */
#include "world.c"

#define CUT (1.0 - 1e-12)

static int64_t poisson(double u, double mean) {
    double term = exp(-mean);
    int64_t count = 0;
    if (mean > 500.0) {
        count = (int64_t)(mean - 10.0 * sqrt(mean));
        term = exp((double)count * log(mean) - mean - lgamma((double)count + 1.0));
    }
    double total = term;
    while (u >= total && (term > 1e-20 || (double)count < mean)) {
        count++;
        term *= mean / (double)count;
        total += term;
    }
    return count;
}

static int64_t seat(uint64_t bits, int64_t seats) {
    int64_t chosen = -1, following = 0;
    while (following < seats) {
        chosen = following;
        bits = bits * UINT64_C(2862933555777941757) + 1;
        following = (int64_t)((double)(chosen + 1) * (2147483648.0 / (double)((bits >> 33) + 1)));
    }
    return chosen;
}

static Meetings with_room(int64_t total) {
    size_t rows = total ? (size_t)total : 1;
    Meetings m = {total, malloc(8 * rows), malloc(4 * rows), malloc(4 * rows), NULL, malloc(rows)};
    return m;
}

static void done_with(Meetings m) {
    free(m.base), free(m.initiator), free(m.met), free(m.layer), free(m.drawn);
}

static Meetings start_meetings(const World *w) {
    int32_t *counts = calloc((size_t)w->organisations, sizeof *counts);
    double running[LIKELY] = {0}, mean = 0.0;
    int64_t total = 0, index = 0;
    for (int64_t i = 0; i < w->organisations; i++) {
        if (w->held[i] <= 0 || !(w->rate[i] > 0.0f)) continue;
        double u = fmin(uniform(draw(w->meet_key, w->identity[i])), CUT);
        if ((double)w->rate[i] != mean) {
            mean = (double)w->rate[i];
            double term = running[0] = exp(-mean);
            for (int k = 1; k < LIKELY; k++) running[k] = running[k - 1] + (term *= mean / (double)k);
        }
        int32_t count = 0;
        for (int k = 0; k < LIKELY; k++) count += u >= running[k];
        if (count == LIKELY) count = (int32_t)poisson(u, mean);
        counts[i] = count;
        total += count;
    }
    Meetings m = with_room(total);
    for (int64_t i = 0; i < w->organisations; i++) {
        uint64_t own = mix(w->identity[i] + GOLDEN) ^ w->meet_key;
        for (int32_t k = 0; k < counts[i]; k++) {
            m.base[index] = further(own, (uint64_t)k + 1);
            m.initiator[index++] = (int32_t)i;
        }
    }
    free(counts);
    return m;
}

static int64_t first_above(double u, int64_t low, int64_t high, const float *cumulative) {
    int64_t place = low + (int64_t)(u * (double)(high - low));
    if (u < cumulative[place] && (place == low || u >= cumulative[place - 1])) return place;
    high--;
    while (low < high) {
        place = (low + high) >> 1;
        if (u < cumulative[place]) high = place;
        else low = place + 1;
    }
    return low;
}

static void find_partners(const World *w, Meetings m) {
    for (int64_t index = 0; index < m.total; index++) {
        double u = uniform(further(m.base[index], 1));
        int chosen = (u >= w->shares[0]) + (u >= w->shares[1]) + (u >= w->shares[2]);
        double open = (w->shares[1] - w->shares[0]) * w->bridge_open[w->cluster[m.initiator[index]]];
        m.layer[index] = chosen == BRIDGE && u - w->shares[0] >= open ? -1 : (int8_t)chosen;
        m.met[index] = -1;
    }
    for (int64_t index = 0; index < m.total; index++) {
        int64_t i = m.initiator[index];
        if (m.layer[index] == DIGITAL) {
            for (uint64_t attempt = 0; attempt < 1000; attempt++) {
                int64_t j = seat(further(m.base[index], 16 + attempt), w->organisations);
                if (j != i && w->held[j] > 0) {
                    m.met[index] = (int32_t)j;
                    break;
                }
            }
        } else if (m.layer[index] >= 0) {
            const int64_t *row = w->start + 3 * i + m.layer[index];
            if (row[0] < row[1]) {
                int64_t place = first_above(uniform(further(m.base[index], 2)), row[0], row[1], w->cumulative);
                if (w->held[w->partner[place]] > 0) m.met[index] = w->partner[place];
            }
        }
    }
}

static void deal(int64_t first, int64_t last, int skipped, int bits, int32_t *place, Meetings m, Meetings dealt) {
    int shift = 64 - skipped - bits;
    uint64_t mask = ((uint64_t)1 << bits) - 1;
    memset(place, 0, sizeof *place << bits);
    for (int64_t index = first; index < last; index++) place[(m.base[index] >> shift) & mask]++;
    int32_t end = (int32_t)first;
    for (int64_t value = 0; value < (int64_t)1 << bits; value++) place[value] = end += place[value];
    for (int64_t index = first; index < last; index++) {
        int32_t row = --place[(m.base[index] >> shift) & mask];
        dealt.base[row] = m.base[index];
        dealt.initiator[row] = m.initiator[index];
        dealt.layer[row] = m.layer[index];
        dealt.met[row] = m.met[index];
    }
}

static void put_in_order(Meetings m) {
    int bits = 0;
    while (((int64_t)1 << bits) < m.total) bits++;
    int coarse = bits - PART > 1 ? bits - PART : 1, fine = (bits > coarse ? bits - coarse : 0) + 2;
    Meetings parts = with_room(m.total);
    int32_t *part = malloc(sizeof *part << coarse), *place = malloc(sizeof *place << fine);
    deal(0, m.total, 0, coarse, part, m, parts);
    for (int64_t p = 0; p < (int64_t)1 << coarse; p++) {
        int64_t last = p + 1 < (int64_t)1 << coarse ? part[p + 1] : m.total;
        deal(part[p], last, coarse, fine, place, parts, m);
    }
    for (int64_t from = 1; from < m.total; from++) {
        for (int64_t k = from; k > 0 && m.base[k - 1] > m.base[k]; k--) {
            uint64_t base = m.base[k];
            int32_t initiator = m.initiator[k], met = m.met[k];
            int8_t layer = m.layer[k];
            m.base[k] = m.base[k - 1], m.base[k - 1] = base;
            m.initiator[k] = m.initiator[k - 1], m.initiator[k - 1] = initiator;
            m.met[k] = m.met[k - 1], m.met[k - 1] = met;
            m.layer[k] = m.layer[k - 1], m.layer[k - 1] = layer;
        }
    }
    free(part), free(place);
    done_with(parts);
}
