/*
 * device.h - the devices that PORT words name ("127.0.0.53%lo:53"), by their numbers.
 */
#ifndef LSP_DEVICE_H
#define LSP_DEVICE_H

#include <lsports/backend.h>

#include "core/filter.h"

/* Fills in the ifindex of every endpoint that names a device. False: one is none of this machine, which is said. */
bool lsp_devices_find(const struct lsp_backend *backend, struct lsp_select *select);

#endif
