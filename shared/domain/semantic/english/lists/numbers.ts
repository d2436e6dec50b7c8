/** Number word → value. "one" is missing because it is a number only before a unit or a magnitude. */
export const NUMBER_WORDS: ReadonlyMap<string, number> = new Map(
  (
    "zero:0 two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 ten:10 eleven:11 twelve:12 thirteen:13 fourteen:14 fifteen:15 sixteen:16 seventeen:17 eighteen:18 nineteen:19 " +
    "twenty:20 thirty:30 forty:40 fifty:50 sixty:60 seventy:70 eighty:80 ninety:90 hundred:100 thousand:1000 million:1000000 billion:1000000000 dozen:12"
  )
    .split(" ")
    .map((entry) => {
      const [word = "", value = ""] = entry.split(":");
      return [word, Number(value)] as const;
    }),
);

/** Words for a multiple, a fraction or a rank, which change the answer if they differ. */
export const AMOUNT_WORDS: ReadonlyMap<string, string> = new Map(
  (
    "once:x1 twice:x2 thrice:x3 half:0.5 double:x2 triple:x3 quarter:0.25 " +
    "first:#1 second:#2 third:#3 fourth:#4 fifth:#5 sixth:#6 seventh:#7 eighth:#8 ninth:#9 tenth:#10 1st:#1 2nd:#2 3rd:#3 4th:#4 5th:#5 6th:#6 7th:#7 8th:#8 9th:#9 10th:#10 last:#last"
  )
    .split(" ")
    .map((entry) => entry.split(":") as [string, string]) /* every entry above has one colon */,
);

/** One spelling per rank: words up to the tenth, whose rank is in `AMOUNT_WORDS`, and figures above. */
export const ORDINAL_FIGURES: ReadonlyMap<string, string> = new Map(
  (
    "1st:first 2nd:second 3rd:third 4th:fourth 5th:fifth 6th:sixth 7th:seventh 8th:eighth 9th:ninth 10th:tenth " +
    "eleventh:11th twelfth:12th thirteenth:13th fourteenth:14th fifteenth:15th sixteenth:16th seventeenth:17th eighteenth:18th nineteenth:19th twentieth:20th thirtieth:30th hundredth:100th"
  )
    .split(" ")
    .map((entry) => entry.split(":") as [string, string]) /* every entry above has one colon */,
);

/** Roman numerals, which are read as numbers after a capitalised word ("World War II"). */
export const ROMAN_NUMERALS: ReadonlyMap<string, string> = new Map([
  ["II", "2"],
  ["III", "3"],
  ["IV", "4"],
  ["VI", "6"],
  ["VII", "7"],
  ["VIII", "8"],
  ["IX", "9"],
  ["XI", "11"],
  ["XII", "12"],
]);

/** Unit as written → canonical unit. Different units never match, even if they measure the same quantity. */
export const UNITS: ReadonlyMap<string, string> = new Map(
  (
    "kg:kg kilo:kg kilos:kg kilogram:kg kilograms:kg g:g gram:g grams:g mg:mg milligram:mg milligrams:mg lb:lb lbs:lb pound:lb pounds:lb oz:oz ounce:oz ounces:oz ton:ton tons:ton tonne:tonne tonnes:tonne " +
    "km:km kilometer:km kilometers:km m:m meter:m meters:m cm:cm centimeter:cm centimeters:cm mm:mm millimeter:mm millimeters:mm mi:mi mile:mi miles:mi ft:ft foot:ft feet:ft inch:in inches:in yard:yd yards:yd " +
    "l:l liter:l liters:l ml:ml milliliter:ml milliliters:ml gallon:gal gallons:gal cup:cup cups:cup tablespoon:tbsp tablespoons:tbsp tbsp:tbsp teaspoon:tsp teaspoons:tsp tsp:tsp pint:pint pints:pint quart:qt quarts:qt " +
    "second:s seconds:s sec:s secs:s minute:min minutes:min min:min mins:min hour:h hours:h hr:h hrs:h day:day days:day week:week weeks:week month:month months:month year:year years:year yr:year yrs:year decade:decade decades:decade " +
    "kb:kb mb:mb gb:gb tb:tb kilobyte:kb kilobytes:kb megabyte:mb megabytes:mb gigabyte:gb gigabytes:gb terabyte:tb terabytes:tb mbps:mbps gbps:gbps kbps:kbps ghz:ghz mhz:mhz hz:hz " +
    "celsius:degc centigrade:degc fahrenheit:degf kelvin:degk degree:deg degrees:deg percent:% percentage:% volt:v volts:v watt:w watts:w kwh:kwh kw:kw amp:amp amps:amp " +
    "dollar:usd dollars:usd usd:usd euro:eur euros:eur eur:eur gbp:gbp yen:jpy rupee:inr rupees:inr inr:inr cent:cent cents:cent mph:mph kph:kph calorie:cal calories:cal kcal:cal psi:psi acre:acre acres:acre hectare:ha hectares:ha"
  )
    .split(" ")
    .map((entry) => entry.split(":") as [string, string]) /* every entry above has one colon */,
);
