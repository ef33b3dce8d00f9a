/*
 * port_ranges.c - the ports that this network namespace hands out by itself, and those that need a right.
 *
 * Documentation/networking/ip-sysctl.rst: ip_local_port_range is two numbers, both of them handed out;
 * ip_unprivileged_port_start (since Linux 4.11) is the first port that anybody may bind. Both rule IPv6 as well.
 */
#include "linux.h"

#include <fcntl.h>
#include <unistd.h>

enum { PRIVILEGED_BELOW_OLD = 1024 }; /* PROT_SOCK of kernels without the setting */

/* Reads up to max port numbers, blanks between them. Returns how many; 0 when anything else is there. */
static size_t read_ports(const char *bytes, size_t len, uint16_t *ret_ports, size_t max)
{
	size_t count = 0, i = 0;

	while (i < len) {
		uint32_t number = 0;
		size_t digits = 0;

		for (; i < len && bytes[i] >= '0' && bytes[i] <= '9' && digits < 6; i++, digits++)
			number = number * 10 + (uint32_t)(bytes[i] - '0');
		if (digits == 0 || number > UINT16_MAX || count == max)
			return 0;
		ret_ports[count++] = (uint16_t)number;
		while (i < len && (bytes[i] == ' ' || bytes[i] == '\t' || bytes[i] == '\n'))
			i++;
	}
	return count;
}

void lsp_port_ranges_read(int dirfd, struct lsp_port_ranges *ret_ranges)
{
	uint16_t ports[2];
	char bytes[64];
	long len = lsp_file_read(dirfd, "ip_local_port_range", bytes, sizeof bytes);

	*ret_ranges = (struct lsp_port_ranges){.has = 0};
	if (len > 0 && read_ports(bytes, (size_t)len, ports, 2) == 2 && ports[0] <= ports[1]) {
		ret_ranges->ephemeral_low = ports[0];
		ret_ranges->ephemeral_high = ports[1];
		ret_ranges->has |= LSP_RANGES_HAS_EPHEMERAL;
	}
	len = lsp_file_read(dirfd, "ip_unprivileged_port_start", bytes, sizeof bytes);
	if (len > 0 && read_ports(bytes, (size_t)len, ports, 2) == 1)
		ret_ranges->privileged_below = ports[0];
	else if (len < 0 && !lsp_kernel_is_since(4, 11))
		ret_ranges->privileged_below = PRIVILEGED_BELOW_OLD;
	else
		return;
	ret_ranges->has |= LSP_RANGES_HAS_PRIVILEGED;
}

void lsp_port_ranges(struct lsp_port_ranges *ret_ranges)
{
	int dirfd = open("/proc/sys/net/ipv4", O_PATH | O_DIRECTORY | O_CLOEXEC);

	*ret_ranges = (struct lsp_port_ranges){.has = 0};
	if (dirfd < 0)
		return;
	lsp_port_ranges_read(dirfd, ret_ranges);
	close(dirfd);
}
