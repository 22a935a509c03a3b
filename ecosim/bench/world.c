/* What `loop.c` works on, and the draws (kernels/random.py). */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define GOLDEN UINT64_C(0x9E3779B97F4A7C15)
#define PI 3.141592653589793
enum { CLUSTER, BRIDGE, SCIENCE, DIGITAL };
enum { MEETINGS, TRIALS, INCREMENTAL, SPONTANEOUS, RECOMBINANT, COPIES, FORGOTTEN, EVICTED, CREATED, CARRIED };
enum { LIKELY = 8, PART = 11, AHEAD = 128, NEAR = 1 << 17 };

/* Every member is 8 bytes wide; `ecosim.bench.loop` fills them in this order. */
typedef struct {
    int64_t organisations, capacity, core, dimensions, bricks, room_for_bricks, spent_places, room, attractors, month,
        distance_matters, spontaneous;
    uint64_t meet_key, barrier_key, birth_key, hybridise_evict_key, propagate_evict_key, forget_key;
    double base_drive, openness, barrier_scale, birth_spread, transmissibility, forgetting;
    const uint64_t *identity;
    int16_t *held;
    int32_t *portfolio;
    const float *rate;
    const int32_t *cluster;
    const double *shares, *bridge_open;
    const int64_t *start;
    const int32_t *partner;
    const float *cumulative;
    uint64_t *brick_identity;
    float *position;
    uint64_t *sectors;
    int16_t *generation;
    int32_t *birth, *parents, *inventors, *family, *carriers;
    float *offspring;
    uint64_t *spent;
    const double *centre, *strength, *width;
    double *cohort_offspring;
    int64_t *layer_births, *tally;
} World;

/* The meetings of the month, column by column. */
typedef struct {
    int64_t total;
    uint64_t *base;
    int32_t *initiator, *met, *drawn;
    int8_t *layer;
} Meetings;

/* -- draws (kernels/random.py) ---------------------------------------------------------------------------------- */

static inline uint64_t mix(uint64_t value) {
    value = (value ^ (value >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94D049BB133111EB);
    return value ^ (value >> 31);
}

static inline uint64_t draw(uint64_t key, uint64_t identity) { return mix(mix(identity + GOLDEN) ^ key); }
static inline uint64_t further(uint64_t base, uint64_t count) { return mix(base + count * GOLDEN); }
static inline double uniform(uint64_t bits) { return (double)(bits >> 11) * 0x1p-53; }
static inline int64_t below(uint64_t bits, int64_t count) { return (int64_t)(((bits >> 32) * (uint64_t)count) >> 32); }
static inline int64_t below_low(uint64_t bits, int64_t count) { return below(bits << 32, count); }

static double normal(uint64_t base, uint64_t count) {
    uint64_t first = further(base, 2 * count + 1), second = further(base, 2 * count + 2);
    return sqrt(-2.0 * log(1.0 - uniform(first))) * cos(2.0 * PI * uniform(second));
}

static inline uint64_t child_identity(uint64_t one, uint64_t other) {
    uint64_t low = one < other ? one : other, high = one < other ? other : one;
    uint64_t value = mix(mix(low + GOLDEN) ^ high);
    return value ? value : 1;
}
