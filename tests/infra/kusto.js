// Checks queries as Kusto itself reads them: {schema: {table: "(column:type, ...)"}, queries: {name: text}} on
// standard input, {name: [what is wrong]} on standard output.
require("@kusto/language-service-next/bridge.min.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");

const { KustoCode, GlobalState, Symbols } = Kusto.Language;
const { schema, queries } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const tables = Object.entries(schema).map(([name, columns]) => Symbols.TableSymbol.From(columns).WithName(name));
const known = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.$ctor2("insights", null, tables));

const found = {};
for (const [name, query] of Object.entries(queries)) {
  const wrong = KustoCode.ParseAndAnalyze(query, known).GetDiagnostics();
  found[name] = Array.from({ length: wrong.Count }, (_, at) => wrong.getItem(at).Message);
}
console.log(JSON.stringify(found));
