/*
 * test_service.c - the port registry: what people expect a port to be called, and what the names they type mean.
 *
 * The expected values come from the IANA registry, from the products' own documents, and from the port tables of
 * the texts that lsports grew out of; none is copied from the program's output.
 */
#include "lsports/service.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

enum { T = LSP_PROTO_BIT(LSP_TCP), U = LSP_PROTO_BIT(LSP_UDP) };

enum { ANSWERS_MAX = 64 };

struct expected {
	uint16_t port;
	uint8_t proto;
	uint8_t origin;
	const char *name;
};

static const struct expected registered[] = {
	{7, LSP_TCP, LSP_ORIGIN_IANA, "echo"},
	{20, LSP_TCP, LSP_ORIGIN_IANA, "ftp-data"},
	{21, LSP_TCP, LSP_ORIGIN_IANA, "ftp"},
	{22, LSP_TCP, LSP_ORIGIN_IANA, "ssh"},
	{23, LSP_TCP, LSP_ORIGIN_IANA, "telnet"},
	{25, LSP_TCP, LSP_ORIGIN_IANA, "smtp"},
	{42, LSP_TCP, LSP_ORIGIN_IANA, "nameserver"},
	{43, LSP_TCP, LSP_ORIGIN_IANA, "nicname"},
	{53, LSP_TCP, LSP_ORIGIN_IANA, "domain"},
	{53, LSP_UDP, LSP_ORIGIN_IANA, "domain"},
	{67, LSP_UDP, LSP_ORIGIN_IANA, "bootps"},
	{68, LSP_UDP, LSP_ORIGIN_IANA, "bootpc"},
	{69, LSP_UDP, LSP_ORIGIN_IANA, "tftp"},
	{80, LSP_TCP, LSP_ORIGIN_IANA, "http"},
	{80, LSP_UDP, LSP_ORIGIN_IANA, "http"},
	{88, LSP_TCP, LSP_ORIGIN_IANA, "kerberos"},
	{110, LSP_TCP, LSP_ORIGIN_IANA, "pop3"},
	{111, LSP_UDP, LSP_ORIGIN_IANA, "sunrpc"},
	{119, LSP_TCP, LSP_ORIGIN_IANA, "nntp"},
	{123, LSP_UDP, LSP_ORIGIN_IANA, "ntp"},
	{135, LSP_TCP, LSP_ORIGIN_IANA, "epmap"},
	{137, LSP_UDP, LSP_ORIGIN_IANA, "netbios-ns"},
	{138, LSP_UDP, LSP_ORIGIN_IANA, "netbios-dgm"},
	{139, LSP_TCP, LSP_ORIGIN_IANA, "netbios-ssn"},
	{143, LSP_TCP, LSP_ORIGIN_IANA, "imap"},
	{161, LSP_UDP, LSP_ORIGIN_IANA, "snmp"},
	{179, LSP_TCP, LSP_ORIGIN_IANA, "bgp"},
	{389, LSP_TCP, LSP_ORIGIN_IANA, "ldap"},
	{443, LSP_TCP, LSP_ORIGIN_IANA, "https"},
	{443, LSP_UDP, LSP_ORIGIN_IANA, "https"},
	{445, LSP_TCP, LSP_ORIGIN_IANA, "microsoft-ds"},
	{465, LSP_TCP, LSP_ORIGIN_IANA, "submissions"},
	{500, LSP_UDP, LSP_ORIGIN_IANA, "isakmp"},
	{514, LSP_TCP, LSP_ORIGIN_IANA, "shell"},
	{514, LSP_UDP, LSP_ORIGIN_IANA, "syslog"},
	{515, LSP_TCP, LSP_ORIGIN_IANA, "printer"},
	{587, LSP_TCP, LSP_ORIGIN_IANA, "submission"},
	{631, LSP_TCP, LSP_ORIGIN_IANA, "ipp"},
	{631, LSP_UDP, LSP_ORIGIN_IANA, "ipp"},
	{636, LSP_TCP, LSP_ORIGIN_IANA, "ldaps"},
	{853, LSP_TCP, LSP_ORIGIN_IANA, "domain-s"},
	{873, LSP_TCP, LSP_ORIGIN_IANA, "rsync"},
	{989, LSP_TCP, LSP_ORIGIN_IANA, "ftps-data"},
	{990, LSP_TCP, LSP_ORIGIN_IANA, "ftps"},
	{993, LSP_TCP, LSP_ORIGIN_IANA, "imaps"},
	{995, LSP_TCP, LSP_ORIGIN_IANA, "pop3s"},
	{1080, LSP_TCP, LSP_ORIGIN_IANA, "socks"},
	{1194, LSP_UDP, LSP_ORIGIN_IANA, "openvpn"},
	{1433, LSP_TCP, LSP_ORIGIN_IANA, "ms-sql-s"},
	{1883, LSP_TCP, LSP_ORIGIN_IANA, "mqtt"},
	{2049, LSP_TCP, LSP_ORIGIN_IANA, "nfs"},
	{2375, LSP_TCP, LSP_ORIGIN_IANA, "docker"},
	{2379, LSP_TCP, LSP_ORIGIN_IANA, "etcd-client"},
	{3306, LSP_TCP, LSP_ORIGIN_IANA, "mysql"},
	{3389, LSP_TCP, LSP_ORIGIN_IANA, "ms-wbt-server"},
	{3478, LSP_UDP, LSP_ORIGIN_IANA, "stun"},
	{5060, LSP_UDP, LSP_ORIGIN_IANA, "sip"},
	{5353, LSP_UDP, LSP_ORIGIN_IANA, "mdns"},
	{5432, LSP_TCP, LSP_ORIGIN_IANA, "postgresql"},
	{5672, LSP_TCP, LSP_ORIGIN_IANA, "amqp"},
	{5900, LSP_TCP, LSP_ORIGIN_IANA, "rfb"},
	{6379, LSP_TCP, LSP_ORIGIN_IANA, "redis"},
	{8080, LSP_TCP, LSP_ORIGIN_IANA, "http-alt"},
	{11434, LSP_TCP, LSP_ORIGIN_IANA, "ollama"},
	{27000, LSP_TCP, LSP_ORIGIN_IANA, "flex-lm"},
	{27009, LSP_TCP, LSP_ORIGIN_IANA, "flex-lm"},
	{27017, LSP_TCP, LSP_ORIGIN_IANA, "mongodb"},
	{32400, LSP_TCP, LSP_ORIGIN_IANA, "plex"},
	{33060, LSP_TCP, LSP_ORIGIN_IANA, "mysqlx"},
};

static const struct expected customary[] = {
	{323, LSP_UDP, LSP_ORIGIN_CUSTOMARY, "chronyd"},
	{1521, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "oracle"},
	{3000, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "dev-server"},
	{3128, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "squid"},
	{4200, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "angular"},
	{4222, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "nats"},
	{5000, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "flask"},
	{5173, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "vite"},
	{5555, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "adb"},
	{5601, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "kibana"},
	{6006, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "tensorboard"},
	{6443, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "k8s-api"},
	{7860, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "gradio"},
	{8000, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "http-dev"},
	{8006, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "proxmox"},
	{8086, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "influxdb"},
	{8443, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "https-alt"},
	{8501, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "streamlit"},
	{8888, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "jupyter"},
	{9042, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "cassandra"},
	{9050, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "tor"},
	{9090, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "prometheus"},
	{9092, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "kafka"},
	{9100, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "node-exporter"},
	{9200, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "elasticsearch"},
	{10000, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "webmin"},
	{10250, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "kubelet"},
	{15672, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "rabbitmq-management"},
	{19530, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "milvus"},
	{25565, LSP_TCP, LSP_ORIGIN_CUSTOMARY, "minecraft"},
	{41641, LSP_UDP, LSP_ORIGIN_CUSTOMARY, "tailscale"},
	{51820, LSP_UDP, LSP_ORIGIN_CUSTOMARY, "wireguard"},
};

/* What fingers type, and a port that must be among the answers. */
static const struct expected typed[] = {
	{22, LSP_TCP, 0, "sshd"},         {22, LSP_TCP, 0, "SSH"},          {42, LSP_TCP, 0, "name"},
	{43, LSP_TCP, 0, "whois"},        {53, LSP_UDP, 0, "dns"},          {63, LSP_TCP, 0, "whois++"},
	{67, LSP_UDP, 0, "dhcp"},         {80, LSP_TCP, 0, "http"},         {80, LSP_TCP, 0, "HTTP"},
	{80, LSP_TCP, 0, "Www"},          {80, LSP_TCP, 0, "www-http"},     {111, LSP_TCP, 0, "rpcbind"},
	{113, LSP_TCP, 0, "ident"},       {445, LSP_TCP, 0, "smb"},         {465, LSP_TCP, 0, "smtps"},
	{631, LSP_TCP, 0, "cups"},        {631, LSP_TCP, 0, "ipps"},        {1433, LSP_TCP, 0, "mssql"},
	{1521, LSP_TCP, 0, "ncube-lm"},   {3050, LSP_TCP, 0, "gds_db"},     {3050, LSP_TCP, 0, "firebird"},
	{3306, LSP_TCP, 0, "mariadb"},    {3389, LSP_TCP, 0, "rdp"},        {3478, LSP_UDP, 0, "turn"},
	{5432, LSP_TCP, 0, "postgres"},   {5432, LSP_TCP, 0, "PostgreSQL"}, {5900, LSP_TCP, 0, "vnc"},
	{6000, LSP_TCP, 0, "x11"},        {6443, LSP_TCP, 0, "k8s"},        {6443, LSP_TCP, 0, "kubernetes"},
	{6667, LSP_TCP, 0, "irc"},        {8000, LSP_TCP, 0, "irdmi"},      {9200, LSP_TCP, 0, "wap-wsp"},
	{11211, LSP_TCP, 0, "memcached"}, {27017, LSP_TCP, 0, "mongo"},     {51820, LSP_UDP, 0, "wg"},
};

/* Every port of the tables that lsports set out to know, with the protocols that they give. */
static const struct {
	uint16_t low, high;
	unsigned protos;
} tabled[] = {
	{0, 0, U},           {1, 1, T | U},         {2, 2, T | U},
	{3, 3, T | U},       {5, 5, T | U},         {7, 7, T | U},
	{9, 9, T | U},       {11, 11, T | U},       {13, 13, T | U},
	{15, 15, T | U},     {17, 17, T | U},       {18, 18, T | U},
	{19, 19, T | U},     {20, 20, T},           {21, 21, T},
	{22, 22, T | U},     {23, 23, T},           {24, 24, T | U},
	{25, 25, T},         {27, 27, T | U},       {34, 34, T | U},
	{35, 35, T | U},     {37, 37, T | U},       {39, 39, T | U},
	{41, 41, T | U},     {43, 43, T},           {49, 49, U},
	{50, 50, T | U},     {52, 52, T | U},       {53, 53, T | U},
	{56, 56, T | U},     {57, 57, T},           {58, 58, T | U},
	{67, 67, U},         {68, 68, U},           {69, 69, U},
	{70, 70, T},         {79, 79, T},           {80, 80, T | U},
	{81, 81, T},         {88, 88, T | U},       {99, 99, T},
	{102, 102, T},       {107, 107, T},         {109, 109, T},
	{110, 110, T},       {111, 111, T | U},     {113, 113, T | U},
	{115, 115, T},       {118, 118, T | U},     {119, 119, T},
	{123, 123, U},       {135, 135, T},         {137, 137, T | U},
	{138, 138, U},       {139, 139, T},         {143, 143, T},
	{152, 152, T | U},   {156, 156, T | U},     {158, 158, T | U},
	{161, 161, U},       {162, 162, T | U},     {179, 179, T},
	{194, 194, T | U},   {199, 199, T | U},     {213, 213, T | U},
	{218, 218, T | U},   {220, 220, T | U},     {311, 311, T},
	{323, 323, T | U},   {366, 366, T | U},     {389, 389, T | U},
	{427, 427, T | U},   {443, 443, T | U},     {444, 444, T | U},
	{445, 445, T | U},   {464, 464, T},         {465, 465, T},
	{500, 500, U},       {501, 501, T},         {510, 510, T},
	{513, 513, U},       {514, 514, T | U},     {515, 515, T},
	{518, 518, U},       {520, 520, U},         {525, 525, U},
	{540, 540, T},       {542, 542, T | U},     {561, 561, U},
	{587, 587, T},       {591, 591, T},         {593, 593, T},
	{631, 631, T | U},   {636, 636, T},         {651, 651, T | U},
	{657, 657, T | U},   {660, 660, T},         {666, 666, T},
	{675, 675, T},       {691, 691, T},         {699, 699, T},
	{700, 700, T},       {701, 701, T},         {706, 706, T},
	{712, 712, U},       {720, 720, T},         {829, 829, T},
	{873, 873, T},       {901, 901, T},         {902, 902, T | U},
	{903, 903, T},       {911, 911, T},         {953, 953, T | U},
	{981, 981, T},       {989, 989, T | U},     {990, 990, T},
	{992, 992, T | U},   {993, 993, T},         {995, 995, T},
	{1023, 1023, T | U}, {1024, 1024, T | U},   {1025, 1025, T},
	{1080, 1080, T},     {1085, 1085, T | U},   {1109, 1109, T},
	{1137, 1137, T},     {1167, 1167, U},       {1194, 1194, T | U},
	{1241, 1241, T | U}, {1293, 1293, T | U},   {1311, 1311, T},
	{1431, 1431, T},     {1433, 1433, T},       {1434, 1434, T | U},
	{1512, 1512, T | U}, {1521, 1521, T},       {1524, 1524, T | U},
	{1526, 1526, T},     {1547, 1547, T | U},   {1589, 1589, U},
	{1627, 1627, T},     {1701, 1701, U},       {1716, 1716, T},
	{1755, 1755, T | U}, {1801, 1801, T | U},   {1812, 1812, T | U},
	{1813, 1813, T | U}, {1883, 1883, T},       {1920, 1920, T},
	{1972, 1972, T | U}, {1984, 1984, T},       {1985, 1985, U},
	{1997, 1997, T},     {2002, 2002, T},       {2031, 2031, T | U},
	{2049, 2049, T | U}, {2082, 2082, T},       {2086, 2086, T},
	{2105, 2105, T | U}, {2144, 2144, T},       {2211, 2211, U},
	{2220, 2220, T | U}, {2222, 2222, T},       {2261, 2261, T | U},
	{2303, 2303, U},     {2518, 2518, T | U},   {2525, 2525, T},
	{2610, 2610, T},     {2809, 2809, T},       {2947, 2947, T},
	{2948, 2948, T | U}, {2967, 2967, T},       {3000, 3000, T},
	{3025, 3025, T},     {3051, 3051, T | U},   {3101, 3101, T},
	{3235, 3235, T | U}, {3300, 3300, T | U},   {3305, 3305, T | U},
	{3306, 3306, T | U}, {3313, 3313, T},       {3389, 3389, T},
	{3423, 3423, T},     {3516, 3516, T | U},   {3527, 3527, U},
	{3535, 3535, T},     {3702, 3702, T | U},   {3723, 3723, T | U},
	{3724, 3724, T},     {3880, 3880, T | U},   {3945, 3945, T | U},
	{3979, 3979, T | U}, {4111, 4111, T},       {4116, 4116, T | U},
	{4224, 4224, T},     {4444, 4444, T},       {4664, 4664, T},
	{4711, 4711, T},     {4712, 4712, T},       {4750, 4750, T},
	{5000, 5000, T | U}, {5003, 5003, T | U},   {5050, 5050, T},
	{5060, 5060, T | U}, {5061, 5061, T},       {5070, 5070, T},
	{5093, 5093, U},     {5099, 5099, T | U},   {5108, 5108, T},
	{5110, 5110, T},     {5269, 5269, T},       {5353, 5353, U},
	{5432, 5432, T | U}, {5631, 5631, T},       {5632, 5632, T},
	{5723, 5723, T},     {5900, 5900, T},       {5900, 5903, T},
	{5938, 5938, T | U}, {5984, 5984, T},       {6050, 6050, T},
	{6260, 6260, T | U}, {6379, 6379, T},       {6566, 6566, T},
	{6600, 6600, T},     {6679, 6679, T | U},   {6888, 6888, T | U},
	{8080, 8080, T},     {8089, 8089, T},       {8200, 8200, T},
	{8332, 8332, T},     {8333, 8333, T},       {8443, 8443, T},
	{8484, 8484, T | U}, {8887, 8887, T},       {8888, 8888, T},
	{9030, 9030, T},     {9050, 9050, T},       {9110, 9110, U},
	{9200, 9200, T},     {9293, 9293, T},       {9418, 9418, T | U},
	{9561, 9561, T | U}, {10017, 10017, T},     {11211, 11211, T},
	{16080, 16080, T},   {19294, 19294, T},     {19295, 19295, U},
	{19812, 19812, T},   {27015, 27050, T | U}, {27017, 27017, T},
	{30000, 30000, T},   {32400, 32400, T},     {37777, 37777, T},
	{44444, 44444, T},   {49151, 49151, T | U}, {55555, 55555, T},
	{60000, 60000, T},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void check_labels(const struct expected *labels, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct lsp_service service;
		if (!lsp_service_at((enum lsp_proto)labels[i].proto, labels[i].port, &service))
			fail_msg("%s has no label", labels[i].name);
		assert_string_equal(service.name, labels[i].name);
		assert_int_equal(service.origin, labels[i].origin);
		assert_int_equal(service.proto, labels[i].proto);
		assert_int_equal(service.port, labels[i].port);
	}
}

static void registered_names_are_kept(void **state)
{
	(void)state;
	check_labels(registered, COUNT(registered));
}

static void customary_names_win_where_nobody_knows_the_registered(void **state)
{
	(void)state;
	check_labels(customary, COUNT(customary));
}

static void a_customary_label_tells_the_registered_name(void **state)
{
	struct lsp_service service;
	(void)state;
	assert_true(lsp_service_at(LSP_TCP, 9200, &service));
	assert_non_null(strstr(service.description, "wap-wsp"));
}

static void x11_and_irc_ranges_are_whole(void **state)
{
	struct lsp_service service;
	(void)state;
	for (uint16_t port = 6000; port <= 6063; port++) {
		assert_true(lsp_service_at(LSP_TCP, port, &service));
		if (port != 6006)
			assert_string_equal(service.name, "x11");
		assert_true(lsp_service_at(LSP_UDP, port, &service));
		assert_string_equal(service.name, "x11");
	}
	assert_true(!lsp_service_at(LSP_TCP, 5999, &service) || strcmp(service.name, "x11") != 0);
	assert_true(!lsp_service_at(LSP_TCP, 6064, &service) || strcmp(service.name, "x11") != 0);
	for (uint16_t port = 6665; port <= 6669; port++) {
		assert_true(lsp_service_at(LSP_TCP, port, &service));
		assert_string_equal(service.name, "ircu");
		assert_int_equal(service.origin, LSP_ORIGIN_IANA);
	}
}

static void tabled_ports_are_answered(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(tabled); i++) {
		for (unsigned port = tabled[i].low; port <= tabled[i].high; port++) {
			struct lsp_service service;
			if ((tabled[i].protos & T) && !lsp_service_at(LSP_TCP, (uint16_t)port, &service))
				fail_msg("%u/tcp has no label", port);
			if ((tabled[i].protos & U) && !lsp_service_at(LSP_UDP, (uint16_t)port, &service))
				fail_msg("%u/udp has no label", port);
		}
	}
}

static void an_unnamed_port_leaves_the_answer_alone(void **state)
{
	struct lsp_service service = {.name = "untouched", .port = 1};
	(void)state;
	/* 4 is unassigned; the dynamic range is never registered, and nobody is customary on these. */
	assert_false(lsp_service_at(LSP_TCP, 4, &service));
	assert_false(lsp_service_at(LSP_UDP, 49153, &service));
	assert_false(lsp_service_at(LSP_TCP, 65535, &service));
	assert_false(lsp_service_at(LSP_UDP, 65535, &service));
	assert_false(lsp_service_at((enum lsp_proto)0, 80, &service));
	assert_false(lsp_service_at((enum lsp_proto)3, 80, &service));
	assert_string_equal(service.name, "untouched");
	assert_int_equal(service.port, 1);
}

static void protocols_are_told_apart(void **state)
{
	struct lsp_service service;
	(void)state;
	assert_true(lsp_service_at(LSP_TCP, 513, &service));
	assert_string_equal(service.name, "login");
	assert_true(lsp_service_at(LSP_UDP, 513, &service));
	assert_string_equal(service.name, "who");
	assert_true(lsp_service_at(LSP_UDP, 4789, &service));
	assert_string_equal(service.name, "vxlan");
	assert_false(lsp_service_at(LSP_TCP, 4789, &service));
}

static bool is_answer(const char *name, enum lsp_proto proto, uint16_t port)
{
	struct lsp_service services[ANSWERS_MAX * 4];
	size_t count = lsp_service_named(name, strlen(name), services, COUNT(services)), hits = 0;

	if (count > COUNT(services))
		fail_msg("%s has %zu answers", name, count);
	for (size_t i = 0; i < count; i++)
		hits += services[i].proto == proto && services[i].port == port;
	if (hits > 1)
		fail_msg("%s answers %u twice", name, port);
	return hits == 1;
}

static void typed_names_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(typed); i++)
		if (!is_answer(typed[i].name, (enum lsp_proto)typed[i].proto, typed[i].port))
			fail_msg("%s does not give %u", typed[i].name, typed[i].port);
}

static void only_the_length_given_is_read(void **state)
{
	struct lsp_service services[ANSWERS_MAX];
	(void)state;
	assert_int_equal(lsp_service_named("https/tcp", 5, services, ANSWERS_MAX), 2);
	assert_int_equal(services[0].port, 443);
	assert_int_equal(services[1].port, 443);
	assert_int_equal(lsp_service_named("httpsx", 6, services, ANSWERS_MAX), 0);
	assert_int_equal(lsp_service_named("http\0x", 6, services, ANSWERS_MAX), 0);
	assert_int_equal(lsp_service_named("", 0, services, ANSWERS_MAX), 0);
	assert_int_equal(lsp_service_named("\xc3\xa9", 2, services, ANSWERS_MAX), 0);
}

static void only_max_answers_are_written(void **state)
{
	struct lsp_service services[3] = {{0}};
	(void)state;
	/* 591, 8008 and 8080 are registered as http-alt, each for both protocols. */
	assert_int_equal(lsp_service_named("http-alt", 8, services, 2), 6);
	assert_int_equal(services[0].port, 591);
	assert_non_null(services[1].name);
	assert_null(services[2].name);
	assert_int_equal(lsp_service_named("http-alt", 8, NULL, 0), 6);
}

static const char *near(const char *name)
{
	return lsp_service_near(name, strlen(name));
}

static void a_slip_of_the_finger_is_forgiven(void **state)
{
	(void)state;
	assert_string_equal(near("postgrse"), "postgres");
	assert_string_equal(near("htpp"), "http");
	assert_string_equal(near("HTPPS"), "https");
	assert_string_equal(near("mysl"), "mysql");
	assert_string_equal(near("rdeis"), "redis");
	assert_string_equal(near("reddis"), "redis");
	assert_string_equal(near("elasticsaerch"), "elasticsearch");
	assert_string_equal(near("kuberntes"), "kubernetes");
	assert_string_equal(near("http"), "http");
}

static void nonsense_is_near_nothing(void **state)
{
	char longest[4096];
	(void)state;
	assert_null(near("xqzjvkwp"));
	assert_null(near("zzzzzzzzzzzz"));
	assert_null(near("q"));
	assert_null(near(""));
	assert_null(near("postgresandthensome"));
	/* Three edits from postgres; two from http, which is half of it. */
	assert_null(near("postgrxyz"));
	assert_null(near("hxpq"));
	memset(longest, 'a', sizeof(longest));
	assert_null(lsp_service_near(longest, sizeof(longest)));
}

/* Binary search finds a row only where the table is sorted, so that each label must be found again by its name,
 * exactly once. The registry alone has 11,391 named rows; our own add some hundreds. */
static void every_label_is_found_again_by_its_name(void **state)
{
	size_t total = 0, customaries = 0;
	(void)state;
	for (enum lsp_proto proto = LSP_TCP; proto <= LSP_UDP; proto++) {
		for (unsigned port = 0; port <= 65535; port++) {
			struct lsp_service service;
			if (!lsp_service_at(proto, (uint16_t)port, &service))
				continue;
			assert_int_equal(service.port, port);
			assert_int_equal(service.proto, proto);
			assert_true(service.name[0] != '\0');
			assert_non_null(service.description);
			assert_true(service.origin == LSP_ORIGIN_IANA || service.origin == LSP_ORIGIN_CUSTOMARY);
			if (!is_answer(service.name, proto, (uint16_t)port))
				fail_msg("%s does not give %u back", service.name, port);
			customaries += service.origin == LSP_ORIGIN_CUSTOMARY;
			total++;
		}
	}
	assert_in_range(total, 11391, 13000);
	assert_in_range(customaries, 300, 1000);
}

static bool has_alias(enum lsp_proto proto, uint16_t port, const char *alias)
{
	const char *aliases[ANSWERS_MAX];
	size_t count = lsp_service_aliases(proto, port, aliases, ANSWERS_MAX);

	assert_in_range(count, 0, ANSWERS_MAX);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(aliases[i], alias) == 0)
			return true;
	}
	return false;
}

static void aliases_are_all_other_names(void **state)
{
	const char *aliases[2] = {"mine", "mine"};
	(void)state;
	assert_true(has_alias(LSP_TCP, 5432, "postgres") && has_alias(LSP_UDP, 5432, "pgsql"));
	assert_false(has_alias(LSP_TCP, 5432, "postgresql")); /* the name itself is none */
	assert_true(has_alias(LSP_TCP, 9200, "wap-wsp"));
	assert_false(has_alias(LSP_UDP, 9200, "elastic"));
	assert_true(lsp_service_aliases(LSP_TCP, 5432, aliases, 1) > 1);
	assert_string_not_equal(aliases[0], "mine");
	assert_string_equal(aliases[1], "mine");
	assert_int_equal(lsp_service_aliases(LSP_TCP, 64000, aliases, 2), 0);
	assert_int_equal(lsp_service_aliases((enum lsp_proto)7, 80, aliases, 2), 0);
}

/* Each customary name that IANA's had to give way to tells it; whoever asks for IANA's name finds the port. */
static void a_displaced_registration_is_known(void **state)
{
	static const struct {
		uint16_t port;
		enum lsp_proto proto;
		const char *registered; /* NULL: IANA has none */
	} table[] = {
		{5000, LSP_TCP, "commplex-main"}, {8000, LSP_TCP, "irdmi"},    {4444, LSP_TCP, "nv-video"},
		{9200, LSP_TCP, "wap-wsp"},	  {1521, LSP_TCP, "ncube-lm"}, {5432, LSP_TCP, "postgresql"},
		{80, LSP_UDP, "http"},		  {10250, LSP_TCP, NULL},      {51820, LSP_UDP, NULL},
		{3128, LSP_TCP, "ndl-aas"},
	};
	const char *name = "mine";
	size_t len = 4, displaced = 0;
	struct lsp_service service;
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_true(lsp_service_at(table[i].proto, table[i].port, &service));
		assert_int_equal(lsp_service_registered(&service, &name, &len), table[i].registered != NULL);
		if (table[i].registered == NULL)
			continue;
		assert_int_equal(len, strlen(table[i].registered));
		assert_memory_equal(name, table[i].registered, len);
	}
	for (size_t i = 0; i < lsp_service_count(); i++) {
		struct lsp_service answers[ANSWERS_MAX];
		size_t count;
		bool found = false;
		service = lsp_service_nth(i);
		if (service.origin != LSP_ORIGIN_CUSTOMARY || !lsp_service_registered(&service, &name, &len))
			continue;
		displaced++;
		count = lsp_service_named(name, len, answers, ANSWERS_MAX);
		for (size_t j = 0; j < count && j < ANSWERS_MAX; j++)
			found |= answers[j].port == service.port && answers[j].proto == service.proto;
		assert_true(found);
	}
	assert_in_range(displaced, 100, 400);
	service = (struct lsp_service){.name = "x", .origin = LSP_ORIGIN_CUSTOMARY};
	static const char *const none[] = {"", ")", "(IANA: )x", "(IANA:x)", "a)", "(IANA:  x", "IANA: x)", "x (iana: x)"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		service.description = none[i];
		assert_false(lsp_service_registered(&service, &name, &len));
	}
}

static size_t marked(const char *word, uint16_t port, enum lsp_proto proto, bool *ret_is_in)
{
	static unsigned char marks[20000];
	size_t count = 0;

	assert_in_range(lsp_service_count(), 11391, sizeof marks - 1);
	memset(marks, 0, sizeof marks);
	lsp_service_mark(word, strlen(word), marks);
	*ret_is_in = false;
	for (size_t i = 0; i < lsp_service_count(); i++) {
		struct lsp_service service = lsp_service_nth(i);
		if (marks[i] && service.port == port && service.proto == proto)
			*ret_is_in = true;
		count += marks[i];
	}
	assert_int_equal(marks[lsp_service_count()], 0);
	return count;
}

static void words_mark_labels(void **state)
{
	static const struct {
		const char *word;
		uint16_t port;
	} table[] = {
		{"REMOTE", 3389}, {"desktop", 3389}, {"xrdp", 3389}, {"MySQL", 3306}, {"(rpcbind)", 111},
	};
	bool is_in;
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_in_range(marked(table[i].word, table[i].port, LSP_TCP, &is_in), 1, 2000);
		if (!is_in)
			fail_msg("'%s' does not lead to %u", table[i].word, table[i].port);
	}
	assert_int_equal(marked("no such word anywhere", 80, LSP_TCP, &is_in), 0);
	assert_int_equal(marked("", 80, LSP_TCP, &is_in), lsp_service_count());
	marked("3389", 3389, LSP_TCP, &is_in);
	assert_false(is_in); /* numbers are no words */
}

static void classes_change_at_their_borders(void **state)
{
	(void)state;
	assert_string_equal(lsp_port_class(0), "system");
	assert_string_equal(lsp_port_class(1023), "system");
	assert_string_equal(lsp_port_class(1024), "user");
	assert_string_equal(lsp_port_class(49151), "user");
	assert_string_equal(lsp_port_class(49152), "dynamic");
	assert_string_equal(lsp_port_class(65535), "dynamic");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registered_names_are_kept),
		cmocka_unit_test(customary_names_win_where_nobody_knows_the_registered),
		cmocka_unit_test(a_customary_label_tells_the_registered_name),
		cmocka_unit_test(x11_and_irc_ranges_are_whole),
		cmocka_unit_test(tabled_ports_are_answered),
		cmocka_unit_test(an_unnamed_port_leaves_the_answer_alone),
		cmocka_unit_test(protocols_are_told_apart),
		cmocka_unit_test(typed_names_are_found),
		cmocka_unit_test(only_the_length_given_is_read),
		cmocka_unit_test(only_max_answers_are_written),
		cmocka_unit_test(a_slip_of_the_finger_is_forgiven),
		cmocka_unit_test(nonsense_is_near_nothing),
		cmocka_unit_test(every_label_is_found_again_by_its_name),
		cmocka_unit_test(aliases_are_all_other_names),
		cmocka_unit_test(a_displaced_registration_is_known),
		cmocka_unit_test(words_mark_labels),
		cmocka_unit_test(classes_change_at_their_borders),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
