/* The configuration file of the managed redis-server. */
#ifndef TRIAGED_STORE_MANAGED_CONF_H
#define TRIAGED_STORE_MANAGED_CONF_H

#include "triaged/base/err.h"

#define MANAGED_SOCKET "redis.sock"
#define MANAGED_CONF   "redis.conf"
#define MANAGED_LOG    "redis.log"

int managed_conf_write(const char *dir, struct err *e) MUST_CHECK;

#endif
