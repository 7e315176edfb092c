#!/bin/sh
tflint --recursive
