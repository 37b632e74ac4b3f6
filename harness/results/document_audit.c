#include "harness/results/answered.h"
#include "harness/results/document.h"
#include "harness/results/probed.h"
#include "harness/results/redact.h"

json_t *document_audit(const struct audit *a)
{
    json_t *object;

    if (a == NULL)
        return json_null();
    object = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, "
        "s:s, "
        "s:o}",
        "capacity", (json_int_t)a->capacity, "sold", (json_int_t)a->sold, "told", (json_int_t)a->told, "oversold",
        (json_int_t)a->oversold, "unsold", (json_int_t)a->unsold, "drift", (json_int_t)a->drift, "leaked",
        (json_int_t)a->leaked, "uncounted", (json_int_t)a->uncounted, "gate_drift", (json_int_t)a->gate_drift, "lost",
        (json_int_t)a->lost, "ghost", (json_int_t)a->ghost, "duplicate", (json_int_t)a->duplicate, "torn",
        (json_int_t)a->torn, "unknown", (json_int_t)a->unknown, "resolved_yes", (json_int_t)a->resolved_yes,
        "resolved_no", (json_int_t)a->resolved_no, "released", (json_int_t)a->released, "unjudged",
        (json_int_t)a->unjudged, "repeated", (json_int_t)a->repeated, "held", (json_int_t)a->held, "unfair",
        (json_int_t)a->unfair, "verdict", audit_verdict_name(a->verdict), "reason", redact_string(a->reason));
    if (object != NULL && answered_document(object, a) == 0 && probed_document(object, &a->probes) == 0)
        return object;
    json_decref(object);
    return NULL;
}
