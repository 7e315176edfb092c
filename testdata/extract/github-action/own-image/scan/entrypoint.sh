#!/bin/sh
checkov -d "$INPUT_FOLDER"
