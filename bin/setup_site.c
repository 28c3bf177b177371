#include "setup_site.h"

#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_MAX = 4 * 1024 * 1024 };

bool
site_is_default_page(const char *dir)
{
	static const char *const pages[] = {"index.html",
	    "index.nginx-debian.html", "index.lighttpd.html", ".well-known"};
	enum { PAGES = sizeof pages / sizeof *pages };
	const struct dirent *entry;
	bool is_default = true;
	DIR *d;

	if (dir[0] == '\0')
		return true;
	if (!str_equal(dir, "/var/www/html"))
		return false;
	d = opendir(dir);
	while (d != NULL && (entry = readdir(d)) != NULL)
		if (!str_equal(entry->d_name, ".") &&
		    !str_equal(entry->d_name, "..") &&
		    str_index(pages, PAGES, entry->d_name) == PAGES)
			is_default = false;
	if (d != NULL)
		closedir(d);
	return is_default;
}

char *
site_read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "re");
	struct stat st;
	char *text = NULL;

	*len = 0;
	if (f == NULL)
		return NULL;
	if (fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size <= FILE_MAX)
		text = malloc((size_t)st.st_size + 1);
	else
		errno = EFBIG;
	if (text != NULL) {
		*len = fread(text, 1, (size_t)st.st_size, f);
		text[*len] = '\0';
	}
	fclose(f);
	return text;
}
