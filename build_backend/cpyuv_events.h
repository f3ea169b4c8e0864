/* The events that a poll of libuv has fetched and not handled yet (cpyuv_events.c). */

#ifndef CPYUV_EVENTS_H
#define CPYUV_EVENTS_H

#include <sys/epoll.h>
#include <uv.h>

struct netuv_events { /* uv__invalidate of libuv's linux.c */
    struct epoll_event (*prep)[256];
    struct epoll_event *events;
    int count;
};

void netuv_set_events(uv_loop_t *loop, struct netuv_events *events);
void netuv_blank_events(uv_loop_t *loop);

#endif
