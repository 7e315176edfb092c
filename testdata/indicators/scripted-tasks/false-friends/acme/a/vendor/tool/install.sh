#!/bin/sh
cp tool /usr/local/bin
