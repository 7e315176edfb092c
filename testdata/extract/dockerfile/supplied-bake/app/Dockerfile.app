ARG NODE=20
FROM node:${NODE} AS build
FROM build
