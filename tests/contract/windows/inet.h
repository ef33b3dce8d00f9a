/* inet.h - where this system declares its BSD sockets. */
#include <winsock2.h>

#include <ws2tcpip.h>
