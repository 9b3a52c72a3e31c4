#include "CPerceptronResources.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char digits[] = {
#embed "digits.csv.gz"
};

static const unsigned char page_style[] = {
#embed "page.css"
};

struct resource resource_digits(void) {
  return (struct resource){digits, sizeof digits};
}

struct resource resource_page_style(void) {
  return (struct resource){page_style, sizeof page_style};
}
