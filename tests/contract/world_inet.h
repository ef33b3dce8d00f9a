/*
 * world_inet.h - what each system does in its own way below world_inet.c.
 */
#ifndef TEST_WORLD_INET_H
#define TEST_WORLD_INET_H

#include <stdbool.h>
#include <stdint.h>

/* A socket that no child inherits. False: there is none. */
bool world_open(int family, int type, intptr_t *ret_handle);
void world_drop(intptr_t handle);

#endif
