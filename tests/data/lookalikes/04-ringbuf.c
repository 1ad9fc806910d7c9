/* ringbuf.c - tiny byte ring, single reader, single writer
 * Author: the workshop
 * Warning: size must be a power of two
 */
#include <stddef.h>
#include <stdint.h>

#define SIZE 64u
#define MASK (SIZE - 1u)

static uint8_t data[SIZE];
static unsigned head, tail;

int ring_put(uint8_t b)
{
	if (head - tail == SIZE)
		goto full;
	data[head++ & MASK] = b;
	return 0;
full:
	return -1;
}

int ring_get(uint8_t *out)
{
	if (head == tail)
		return -1;
	*out = data[tail++ & MASK];
	return 0;
}
