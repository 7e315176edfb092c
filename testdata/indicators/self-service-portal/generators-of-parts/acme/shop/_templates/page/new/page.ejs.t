---
to: src/pages/<%= name %>.js
---
export default () => null;
