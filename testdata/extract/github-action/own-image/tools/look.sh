#!/bin/sh
# People run this, and read what it says.
checkov -d .
