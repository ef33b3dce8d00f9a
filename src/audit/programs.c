/*
 * programs.c - see programs.h. Names are file names of programs as distributions install them, without ".exe".
 *
 * An interpreter stands only where it is the usual way to run that service (java at Elasticsearch's port), so that it is
 * no surprise there and says nothing elsewhere.
 */
#include "programs.h"

#include <string.h>

#define TCP LSP_PROTO_BIT(LSP_TCP)
#define UDP LSP_PROTO_BIT(LSP_UDP)
#define STRICT LSP_PROGRAM_STRICT
#define FIXED LSP_PROGRAM_FIXED

static const struct lsp_program programs[] = {
	{"ftp", {21}, {0}, TCP, STRICT, "vsftpd proftpd pure-ftpd in.ftpd ftpd filezilla-server"},
	{"ssh", {22}, {0}, TCP, STRICT | FIXED | LSP_PROGRAM_LENDS, "sshd sshd-session dropbear tinysshd lshd"},
	{"telnet", {23}, {0}, TCP, STRICT | FIXED, "telnetd in.telnetd utelnetd"},
	{"smtp", {25, 465, 587}, {0}, TCP, STRICT,
	 "master smtpd exim exim4 sendmail sendmail-mta opensmtpd qmail-smtpd nullmailer msmtpd mailhog mailpit edgetransport "
	 "dovecot"},
	{"domain", {53}, {0}, TCP | UDP, STRICT,
	 "named unbound dnsmasq systemd-resolved systemd-resolve pdns_server pdns_recursor knotd kresd coredns nsd dnsdist stubby "
	 "dnscrypt-proxy adguardhome pihole-ftl connmand dns aardvark-dns mdnsresponder"},
	{"bootps", {67}, {0}, UDP, 0, "dnsmasq dhcpd kea-dhcp4 systemd-networkd systemd-network"},
	{"tftp", {69}, {0}, UDP, 0, "dnsmasq in.tftpd tftpd atftpd"},
	{"http", {80, 443}, {8080, 8443, 81, 8000, 8888}, TCP, LSP_PROGRAM_VARIES,
	 "nginx apache2 httpd lighttpd caddy traefik haproxy envoy varnishd h2o openlitespeed thttpd w3wp"},
	{"kerberos", {88}, {0}, TCP | UDP, STRICT, "krb5kdc kdc samba lsass"},
	{"pop3", {110, 995}, {0}, TCP, STRICT, "dovecot pop3-login couriertcpd cyrmaster pop3d"},
	{"sunrpc", {111}, {0}, TCP | UDP, STRICT, "rpcbind portmap"},
	{"ntp", {123}, {0}, UDP, STRICT, "ntpd chronyd systemd-timesyncd systemd-timesyn ntpsec openntpd svchost"},
	{"imap", {143, 993}, {0}, TCP, STRICT, "dovecot imap-login couriertcpd cyrmaster imapd"},
	{"snmp", {161}, {0}, UDP, STRICT, "snmpd"},
	{"ldap", {389, 636}, {0}, TCP, STRICT | FIXED, "slapd ns-slapd lsass samba"},
	{"microsoft-ds", {445, 139}, {0}, TCP, STRICT, "smbd ksmbd system"},
	{"ipp", {631}, {0}, TCP, STRICT, "cupsd cups-browsed"},
	{"rsync", {873}, {0}, TCP, STRICT, "rsync"},
	{"ms-sql-s", {1433}, {0}, TCP, STRICT, "sqlservr"},
	{"oracle", {1521}, {0}, TCP, STRICT, "tnslsnr"},
	{"mqtt", {1883, 8883}, {0}, TCP, STRICT, "mosquitto beam.smp nanomq java vernemq"},
	{"zookeeper", {2181}, {0}, TCP, 0, "java"},
	{"docker", {2375, 2376}, {0}, TCP, STRICT, "dockerd podman"},
	{"etcd", {2379, 2380}, {0}, TCP, STRICT, "etcd k3s"},
	{"mysql", {3306}, {33060, 33062, 4567, 4568, 4444, 6032, 6033, 6446, 6447, 4000}, TCP, STRICT | FIXED,
	 "mysqld mariadbd mysqld_safe mysqlrouter proxysql maxscale tidb-server ndbd"},
	{"ms-wbt-server", {3389}, {0}, TCP, STRICT, "xrdp gnome-remote-desktop-daemon gnome-remote-de krdpserver svchost"},
	{"llmnr", {5355}, {0}, TCP | UDP, 0, "systemd-resolved systemd-resolve"},
	{"postgresql", {5432}, {5433, 5434, 5435, 15432, 6432}, TCP, STRICT | FIXED,
	 "postgres postmaster pgbouncer pgpool pgcat odyssey"},
	{"kibana", {5601}, {0}, TCP, 0, "node kibana"},
	{"amqp", {5672, 5671, 15672, 25672}, {0}, TCP, STRICT, "beam.smp java qpidd rabbitmq-server"},
	{"vnc", {5900, 5901, 5902, 5903}, {0}, TCP, STRICT,
	 "xvnc xtigervnc xtightvnc x11vnc x0vncserver x0tigervncserver vino-server krfb wayvnc winvnc vncserver tvnserver "
	 "gnome-remote-desktop-daemon gnome-remote-de qemu-system-x86_64 qemu-system-x86 qemu-kvm"},
	{"couchdb", {5984}, {0}, TCP, 0, "beam.smp couchdb"},
	{"redis", {6379}, {6380, 16379, 26379}, TCP, STRICT | FIXED,
	 "redis-server valkey-server keydb-server redis-sentinel valkey-sentinel dragonfly redis-check-rdb"},
	{"kubernetes", {6443}, {0}, TCP, STRICT, "kube-apiserver k3s k3s-server rke2 microk8s kubelite"},
	{"irc", {6667, 6666, 6668, 6697}, {0}, TCP, 0, "ircd inspircd unrealircd ngircd ergo solanum"},
	{"neo4j", {7474, 7687}, {0}, TCP, 0, "java"},
	{"influxdb", {8086}, {0}, TCP, 0, "influxd influxdb3"},
	{"vault", {8200}, {0}, TCP, 0, "vault openbao bao"},
	{"consul", {8500}, {8300, 8301, 8302, 8600}, TCP | UDP, 0, "consul"},
	{"jupyter", {8888}, {0}, TCP, 0, "jupyter jupyter-lab jupyter-notebook jupyter-server python3"},
	{"solr", {8983}, {0}, TCP, 0, "java"},
	{"cassandra", {9042, 9160}, {7000}, TCP, 0, "java scylla"},
	{"prometheus", {9090}, {0}, TCP, 0, "prometheus"},
	{"kafka", {9092}, {0}, TCP, 0, "java redpanda"},
	{"node-exporter", {9100}, {0}, TCP, 0, "node_exporter prometheus-node-exporter prometheus-node"},
	{"elasticsearch", {9200, 9300}, {0}, TCP, STRICT, "java elasticsearch opensearch"},
	{"kubelet", {10250, 10255}, {0}, TCP, STRICT, "kubelet k3s k3s-server k3s-agent rke2 kubelite"},
	{"memcached", {11211}, {0}, TCP | UDP, STRICT | FIXED, "memcached"},
	{"ollama", {11434}, {0}, TCP, 0, "ollama"},
	{"mongodb", {27017}, {27018, 27019}, TCP, STRICT | FIXED, "mongod mongos ferretdb"},
};

enum { PROGRAM_COUNT = sizeof programs / sizeof *programs };

/* Entries that hold by a name that others have too are looked for by port alone. */
static const char shared_names[] =
	"java node python3 beam.smp master smtpd svchost system lsass dns samba k3s k3s-server rke2 kubelite rsync dovecot "
	"couriertcpd cyrmaster dnsmasq systemd-resolved systemd-resolve systemd-networkd systemd-network gnome-remote-desktop-daemon gnome-remote-de qemu-system-x86_64 qemu-system-x86 qemu-kvm connmand";

static const char passing_on[] =
	"docker-proxy rootlessport rootlesskit slirp4netns pasta passt conmon gvproxy com.docker.backend vpnkit-bridge wslrelay "
	"wslhost vboxheadless vmnat limactl qemu-system-x86_64 qemu-system-x86 qemu-kvm haproxy nginx envoy traefik caddy socat "
	"stunnel stunnel4 sslh ssh autossh kubectl cloudflared tailscaled systemd init launchd inetd xinetd openbsd-inetd "
	"inetutils-inetd tcpserver tcpsvd kube-proxy cilium-agent";

/* Docker starts one for 0.0.0.0 and one for [::], as for each address of a port that it publishes. */
static const char of_one_family[] = "docker-proxy";

static const char needing_root[] =
	"sshd sshd-session dropbear tinysshd systemd init inetd xinetd openbsd-inetd inetutils-inetd dockerd docker-proxy "
	"containerd podman conmon kubelet kube-proxy k3s k3s-server k3s-agent rke2 kubelite cilium-agent libvirtd virtproxyd "
	"rpc.mountd rpc.statd rpcbind smbd nmbd winbindd vsftpd proftpd cupsd xrdp-sesman snmpd launchd tailscaled openvpn "
	"charon pluto keepalived bird zebra bgpd ospfd zerotier-one nebula netbird crio buildkitd lxd incusd glusterd glusterfsd "
	"tgtd samba samba-dcerpcd rpcd_lsad";

static char lower(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

/* Whether name, len bytes of it, is one of the words of list, which are in small letters. */
static bool is_among(const char *list, const char *name, size_t len)
{
	while (*list != '\0') {
		size_t word = strcspn(list, " "), same = 0;

		while (same < word && same < len && list[same] == lower(name[same]))
			same++;
		if (same == word && same == len)
			return true;
		list += word + (list[word] != '\0');
	}
	return false;
}

static size_t without_suffix(const char *name, size_t len, const char *suffix)
{
	size_t size = strlen(suffix), i;

	for (i = 0; len > size && i < size; i++) {
		if (lower(name[len - size + i]) != suffix[i])
			return len;
	}
	return len > size ? len - size : len;
}

/* Without what systems put around a program's name: Nix has ".NAME-wrapped" where a script stands for it (wrapProgram). */
static bool is_file_among(const char *list, const char *name, size_t len)
{
	size_t bare = without_suffix(name, len, "-wrapped");

	if (bare < len && bare > 1 && name[0] == '.')
		return is_among(list, name + 1, bare - 1);
	return is_among(list, name, without_suffix(name, len, ".exe"));
}

/* By what it is called, or by its program's file name. */
static bool is_one_of(const char *list, const struct lsp_process *process)
{
	const char *file = process->exe, *at;

	if (process->name != NULL && is_file_among(list, process->name, strlen(process->name)))
		return true;
	if (file == NULL)
		return false;
	for (at = file; *at != '\0'; at++) {
		if (*at == '/' || *at == '\\')
			file = at + 1;
	}
	return is_file_among(list, file, without_suffix(file, strlen(file), " (deleted)"));
}

static bool has_port(const uint16_t *ports, size_t max, uint16_t port)
{
	size_t i;

	for (i = 0; i < max && ports[i] != 0; i++) {
		if (ports[i] == port)
			return true;
	}
	return false;
}

bool lsp_program_owns(const struct lsp_program *program, uint16_t port)
{
	return has_port(program->own, sizeof program->own / sizeof *program->own, port);
}

bool lsp_program_fits(const struct lsp_program *program, enum lsp_proto proto, uint16_t port)
{
	return (program->protos & LSP_PROTO_BIT(proto)) != 0 &&
	       (lsp_program_owns(program, port) ||
		has_port(program->also, sizeof program->also / sizeof *program->also, port));
}

const struct lsp_program *lsp_program_at(enum lsp_proto proto, uint16_t port)
{
	size_t i;

	for (i = 0; i < PROGRAM_COUNT; i++) {
		if (lsp_program_fits(&programs[i], proto, port))
			return &programs[i];
	}
	return NULL;
}

bool lsp_program_is(const struct lsp_program *program, const struct lsp_process *process)
{
	return is_one_of(program->names, process);
}

struct lsp_program_nature lsp_program_nature_of(const struct lsp_process *process)
{
	struct lsp_program_nature nature = {.passes_on = is_one_of(passing_on, process),
					    .is_one_of_two = is_one_of(of_one_family, process),
					    .needs_root = is_one_of(needing_root, process)};
	size_t i;

	if (is_one_of(shared_names, process))
		return nature;
	for (i = 0; i < PROGRAM_COUNT && nature.program == NULL; i++) {
		if (is_one_of(programs[i].names, process))
			nature.program = &programs[i];
	}
	return nature;
}
