#!/bin/sh
checkov --directory .
