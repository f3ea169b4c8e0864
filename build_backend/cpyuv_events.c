/* The one thing that libuv does not give out: where its poll notes the events that it has fetched.
 * A file of its own, because libuv's inner header and pyuv's do not go together. */

#include "uv-common.h"
#include "cpyuv_events.h"

/* uv_close() blanks there what belongs to the descriptor that it closes. */
void netuv_set_events(uv_loop_t *loop, struct netuv_events *events)
{
    uv__get_internal_fields(loop)->inv = events;
}

void netuv_blank_events(uv_loop_t *loop)
{
    struct netuv_events *fetched = uv__get_internal_fields(loop)->inv;
    if (fetched != NULL)
        for (int i = 0; i < fetched->count; i++)
            fetched->events[i].data.fd = -1;
}
