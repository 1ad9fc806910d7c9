#include <stdio.h>

static int boats;

int main(void)
{
	int c;

	while ((c = getchar()) != EOF) {
		switch (c) {
		case 'b':
			boats++;
			break;
		case 'q':
			goto out;
		default:
			continue;
		}
	}
out:
	printf("%d boats\n", boats);
	return 0;
}
