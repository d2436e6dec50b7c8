/**
 * Well-known places. A typing error in a place name is corrected, but no place name is changed into another
 * (Austria / Australia, Niger / Nigeria).
 */
export const PLACE_NAMES: ReadonlySet<string> = new Set(
  (
    "afghanistan albania algeria andorra angola antigua argentina armenia aruba australia austria azerbaijan bahamas bahrain bangladesh barbados belarus belgium " +
    "belize benin bermuda bhutan bolivia bosnia botswana brazil brunei bulgaria burkina burundi cambodia cameroon canada chile china colombia " +
    "comoros congo croatia cuba cyprus czechia denmark djibouti dominica ecuador egypt eritrea estonia eswatini ethiopia fiji finland france " +
    "gabon gambia georgia germany ghana gibraltar greece greenland grenada guatemala guernsey guinea guyana haiti honduras hungary iceland india " +
    "indonesia iran iraq ireland israel italy jamaica japan jersey jordan kazakhstan kenya kiribati korea kosovo kuwait kyrgyzstan laos " +
    "latvia lebanon lesotho liberia libya liechtenstein lithuania luxembourg macau madagascar malawi malaysia maldives mali malta mauritania mauritius mexico " +
    "micronesia moldova monaco mongolia montenegro morocco mozambique myanmar namibia nauru nepal netherlands nicaragua niger nigeria norway oman pakistan " +
    "palau palestine panama paraguay peru philippines poland portugal qatar romania russia rwanda samoa scotland senegal serbia seychelles singapore " +
    "slovakia slovenia somalia spain sudan suriname sweden switzerland syria taiwan tajikistan tanzania thailand togo tonga trinidad tunisia turkey " +
    "turkmenistan tuvalu uganda ukraine uruguay uzbekistan vanuatu venezuela vietnam wales yemen zambia zimbabwe " +
    "alabama alaska arizona arkansas california carolina colorado connecticut dakota delaware florida hawaii idaho illinois indiana iowa kansas kentucky " +
    "louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada oklahoma oregon pennsylvania tennessee texas utah vermont " +
    "virginia washington wisconsin wyoming alberta manitoba ontario quebec saskatchewan queensland tasmania " +
    "amsterdam athens atlanta auckland baltimore bangkok barcelona beijing belfast belgrade berlin birmingham bogota boston bratislava brisbane bristol brussels " +
    "bucharest budapest cairo calgary cardiff charlotte chicago cincinnati cleveland cologne copenhagen dallas denver detroit dubai dublin edinburgh edmonton " +
    "florence frankfurt geneva glasgow hamburg hanoi heathrow helsinki houston istanbul jakarta jerusalem johannesburg kathmandu kyoto lisbon liverpool ljubljana " +
    "london luxembourg lyon madrid manchester manhattan marrakech marseille melbourne memphis miami milan milwaukee minneapolis minsk montreal moscow mumbai " +
    "munich nairobi naples nashville orlando osaka oslo ottawa oxford paris perth philadelphia phoenix pittsburgh portland porto prague reykjavik " +
    "rome rotterdam sacramento salzburg santiago sarajevo seattle seoul seville shanghai sheffield singapore stockholm stuttgart sydney tallinn tehran tokyo " +
    "toronto valencia vancouver venice verona vienna vilnius warsaw wellington winnipeg zagreb zurich " +
    "africa america antarctica asia europe oceania antarctica scandinavia himalayas mediterranean caribbean "
  )
    .trim()
    .split(" "),
);
