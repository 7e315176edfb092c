#!/bin/sh
gh release create "$1"
