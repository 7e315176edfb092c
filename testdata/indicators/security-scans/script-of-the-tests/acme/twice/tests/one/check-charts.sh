#!/bin/sh
helm template .
