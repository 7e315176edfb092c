export default function (plop) {
  plop.setGenerator("component", { prompts: [], actions: [] });
}
