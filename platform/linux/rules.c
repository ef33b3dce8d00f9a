/*
 * rules.c - what the kernel rules about ports: /proc/sys/net (Documentation/networking/ip-sysctl.rst), and whether we
 * may bind privileged ones (capabilities(7), CAP_NET_BIND_SERVICE).
 */
#include "linux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SYSCTL_MAX (64 * 1024) /* a list of reserved ports may be long */

/* Digits up to something else; false when there are none or the number is above 65535. */
static bool take_number(const char **at, const char *end, uint32_t *ret_number)
{
	const char *start = *at;
	uint32_t number = 0;

	while (*at < end && **at >= '0' && **at <= '9') {
		number = number * 10 + (uint32_t)(**at - '0');
		if (number > 65535)
			return false;
		++*at;
	}
	*ret_number = number;
	return *at > start;
}

bool lsp_rules_parse_ports(const char *text, size_t len, uint8_t ret_ports[65536 / 8])
{
	uint8_t ports[65536 / 8] = {0};
	const char *at = text, *end = text + len;
	uint32_t low, high;

	while (end > at && (end[-1] == '\n' || end[-1] == ' '))
		end--;
	while (at < end) {
		if (!take_number(&at, end, &low))
			return false;
		high = low;
		if (at < end && *at == '-') {
			at++;
			if (!take_number(&at, end, &high) || high < low)
				return false;
		}
		for (; low <= high; low++)
			ports[low / 8] |= (uint8_t)(1u << low % 8);
		if (at < end && *at++ != ',')
			return false;
	}
	memcpy(ret_ports, ports, sizeof ports);
	return true;
}

/* Up to two numbers, parted by blanks. How many there are; 0 when anything else is there, -1 without such a file. */
static int read_numbers(int procfd, const char *path, uint32_t ret_numbers[2])
{
	char text[64];
	long len = lsp_file_read(procfd, path, text, sizeof text);
	const char *at = text, *end = text + (len > 0 ? len : 0);
	int count = 0;

	if (len < 0)
		return -1;
	while (count < 2 && take_number(&at, end, &ret_numbers[count])) {
		count++;
		while (at < end && (*at == '\t' || *at == ' ' || *at == '\n'))
			at++;
	}
	return at == end ? count : 0;
}

/* The first port that anybody may bind: a setting since Linux 4.11, PROT_SOCK before. */
static void read_privileged(int procfd, struct lsp_rules *ret_rules)
{
	uint32_t numbers[2] = {1024};
	int count = read_numbers(procfd, "sys/net/ipv4/ip_unprivileged_port_start", numbers);

	if (count != 1 && (count >= 0 || lsp_kernel_is_since(4, 11)))
		return;
	ret_rules->has |= LSP_RULES_PRIVILEGED;
	ret_rules->privileged_below = numbers[0];
}

void lsp_rules_read(int procfd, struct lsp_rules *ret_rules)
{
	char *text = malloc(SYSCTL_MAX);
	uint32_t numbers[2];
	long len;

	if (read_numbers(procfd, "sys/net/ipv4/ip_local_port_range", numbers) == 2 && numbers[0] <= numbers[1]) {
		ret_rules->has |= LSP_RULES_EPHEMERAL;
		ret_rules->ephemeral_low = (uint16_t)numbers[0];
		ret_rules->ephemeral_high = (uint16_t)numbers[1];
	}
	read_privileged(procfd, ret_rules);
	if (read_numbers(procfd, "sys/net/ipv4/ip_nonlocal_bind", numbers) == 1 && numbers[0] != 0)
		ret_rules->has |= LSP_RULES_NONLOCAL4;
	if (read_numbers(procfd, "sys/net/ipv6/ip_nonlocal_bind", numbers) == 1 && numbers[0] != 0)
		ret_rules->has |= LSP_RULES_NONLOCAL6;
	len = text != NULL ? lsp_file_read(procfd, "sys/net/ipv4/ip_local_reserved_ports", text, SYSCTL_MAX) : -1;
	if (len >= 0 && lsp_rules_parse_ports(text, (size_t)len, ret_rules->reserved))
		ret_rules->has |= LSP_RULES_RESERVED;
	free(text);
}

/* Root of a container that lives in the host's network has the capability, but not over that network. */
static bool is_network_ours(void)
{
	int net = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), owner = -1;
	struct stat owning, own;
	bool ours = true;

	if (net < 0)
		return true;
	owner = ioctl(net, NS_GET_USERNS);
	if (owner < 0)
		ours = errno != EPERM; /* EPERM: the owner lies outside of ours. Else: a kernel before 4.9 */
	else if (fstat(owner, &owning) == 0 && stat("/proc/self/ns/user", &own) == 0)
		ours = owning.st_dev == own.st_dev && owning.st_ino == own.st_ino;
	if (owner >= 0)
		close(owner);
	close(net);
	return ours;
}

bool lsp_rules_may_privileged(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2] = {{0}};

	if (syscall(SYS_capget, &header, sets) < 0)
		return geteuid() == 0;
	return (sets[0].effective & (1u << CAP_NET_BIND_SERVICE)) != 0 && is_network_ours();
}
