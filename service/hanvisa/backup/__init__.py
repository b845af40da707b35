"""`hanvisa backup` and `restore`: all that can't be made anew in one file, saved and put back while it runs."""
