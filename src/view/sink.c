/*
 * sink.c - a buffer in front of a stream, and the few things that every view writes into it.
 *
 * Numbers and times are formatted here by hand: printf would be most of the time that a long list takes,
 * and strftime knows a locale and a time zone.
 */
#include "sink.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

enum { BLOCK = 64 * 1024, SCRATCH = 256 };

void lsp_sink_open(struct lsp_sink *sink, FILE *out)
{
	sink->out = out;
	sink->used = 0;
	sink->size = out != NULL ? BLOCK : SCRATCH;
	sink->bytes = lsp_alloc(sink->size);
}

static void flush(struct lsp_sink *sink)
{
	if (sink->used > 0)
		fwrite(sink->bytes, 1, sink->used, sink->out);
	sink->used = 0;
}

void lsp_sink_close(struct lsp_sink *sink)
{
	if (sink->out != NULL)
		flush(sink);
	free(sink->bytes);
	sink->bytes = NULL;
}

/* Makes room for len more bytes. */
static void make_room(struct lsp_sink *sink, size_t len)
{
	if (sink->out != NULL)
		flush(sink);
	while (sink->size - sink->used < len) {
		sink->bytes = lsp_realloc_array(sink->bytes, sink->size, 2);
		sink->size *= 2;
	}
}

void lsp_sink_bytes(struct lsp_sink *sink, const char *bytes, size_t len)
{
	if (sink->size - sink->used < len)
		make_room(sink, len);
	memcpy(sink->bytes + sink->used, bytes, len);
	sink->used += len;
}

void lsp_sink_word(struct lsp_sink *sink, const char *word)
{
	lsp_sink_bytes(sink, word, strlen(word));
}

void lsp_sink_byte(struct lsp_sink *sink, char byte)
{
	if (sink->used == sink->size)
		make_room(sink, 1);
	sink->bytes[sink->used++] = byte;
}

void lsp_sink_blanks(struct lsp_sink *sink, size_t count)
{
	if (sink->size - sink->used < count)
		make_room(sink, count);
	memset(sink->bytes + sink->used, ' ', count);
	sink->used += count;
}

void lsp_sink_number(struct lsp_sink *sink, uint64_t number)
{
	char digits[20];
	size_t i = sizeof(digits);

	do {
		digits[--i] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	lsp_sink_bytes(sink, digits + i, sizeof(digits) - i);
}

/* Zero-padded to width digits, with what ends it. */
static void put_field(struct lsp_sink *sink, unsigned number, int width, char end)
{
	char field[5];
	int i;

	for (i = width; i > 0; number /= 10)
		field[--i] = (char)('0' + number % 10);
	field[width] = end;
	lsp_sink_bytes(sink, field, (size_t)width + 1);
}

/* Days to a date in the proleptic Gregorian calendar, by eras of 400 years that begin on the 1st of March:
 * the leap day is then the last day of its year, and month lengths follow (153 m + 2) / 5. */
void lsp_sink_time(struct lsp_sink *sink, int64_t seconds)
{
	const int64_t year_0 = -62167219200, year_9999_end = 253402300799;
	int64_t days, of_era, year, of_year, month;
	unsigned rest;

	if (seconds < year_0)
		seconds = year_0;
	if (seconds > year_9999_end)
		seconds = year_9999_end;
	/* 719468 days from 0000-03-01 to 1970-01-01; one era more keeps the division positive. */
	days = (seconds - year_0) / 86400 - 719528 + 719468 + 146097;
	rest = (unsigned)((seconds - year_0) % 86400);
	of_era = days % 146097;
	year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (365 * year + year / 4 - year / 100);
	month = (5 * of_year + 2) / 153; /* 0 is March */
	year += 400 * (days / 146097) - 400 + (month >= 10);
	put_field(sink, (unsigned)year, 4, '-');
	put_field(sink, (unsigned)(month < 10 ? month + 3 : month - 9), 2, '-');
	put_field(sink, (unsigned)(of_year - (153 * month + 2) / 5 + 1), 2, 'T');
	put_field(sink, rest / 3600, 2, ':');
	put_field(sink, rest / 60 % 60, 2, ':');
	put_field(sink, rest % 60, 2, 'Z');
}
