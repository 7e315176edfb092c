#!/bin/sh
terraform -chdir="envs/$1" apply
