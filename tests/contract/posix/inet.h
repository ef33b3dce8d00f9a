/* inet.h - where this system declares its BSD sockets. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
