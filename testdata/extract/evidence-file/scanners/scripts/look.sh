#!/bin/sh
checkov -d .
