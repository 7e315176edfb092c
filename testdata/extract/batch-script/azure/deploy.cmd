@echo off
rem az group delete -n x
az group create -n shop -l uksouth
az group list
