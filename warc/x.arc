filedesc://x.arc 0.0.0.0 20240501120000 text/plain 10
